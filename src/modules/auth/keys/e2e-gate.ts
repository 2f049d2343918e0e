import { checkIdentityKeyWrap, checkPasswordSlot, checkSlot, sha256, verifyKeyLog } from '@daybook/sdk/crypto';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import { atGate } from '../../../platform/http/gate.js';
import type { E2eSignUp } from '../auth.schema.js';
import type { UserId } from '../../../platform/ids.js';
import { type AccountKeys, firstStatementRow } from './account-keys.js';
import type { RecoveryCodeEntity } from './recovery-code.entity.js';
import { slotRow } from './slots.js';

/** The keys that an e2e client made, checked as far as they can be without opening them (docs/crypto.md, The gate). */
export function acceptE2eKeys(signUp: E2eSignUp, now: Date): AccountKeys {
  const { user_id: userId, keys, kdf, recovery } = signUp;
  const masterKeyId = keys.master_key_id;
  refuseRepeatedIds(signUp);
  atGate('#/keys/slot/wrapped_master_key', () =>
    checkPasswordSlot(keys.slot.wrapped_master_key, { tier: 'e2e', slotId: keys.slot.id }),
  );
  const { identity } = atGate('#/keys/identity', () => verifyKeyLog([keys.identity], userId));
  if (identity.tier !== 'e2e') throw invalidRequest([{ pointer: '#/keys/identity', detail: 'is of another tier' }]);
  const privateKeys = (['x25519', 'ed25519'] as const).map((algorithm, index) => {
    const wrapped = keys.private_keys[index] ?? new Uint8Array();
    atGate(`#/keys/private_keys/${index}`, () => checkIdentityKeyWrap(wrapped, { tier: 'e2e', masterKeyId }));
    return { userId, algorithm, publicKey: identity[algorithm], wrapped };
  });
  const password = { kdf: { alg: 'argon2id', mKib: kdf.m_kib, t: kdf.t, p: 1 }, salt: kdf.salt } as const;
  const codes = acceptRecovery(recovery, { userId, masterKeyId, now });
  const { id, wrapped_master_key: wrapped } = keys.slot;
  return {
    masterKeyId,
    slots: [
      slotRow({ id, kind: 'password', userId, wrapped, masterKeyId, now, password }),
      ...codes.map(({ slot }) => slot),
    ],
    recoveryCodes: codes.map(({ row }) => row),
    statements: [firstStatementRow(userId, keys.identity)],
    privateKeys,
  };
}

/** Recovery codes that an e2e client made, each with the slot that it opens. */
export const acceptRecovery = (
  recovery: E2eSignUp['recovery'],
  { userId, masterKeyId, now }: { userId: UserId; masterKeyId: Uint8Array; now: Date },
) =>
  recovery.map(({ id, verifier, wrapped_master_key: wrapped }, index) => {
    atGate(`#/recovery/${index}/wrapped_master_key`, () => checkSlot(wrapped, { tier: 'e2e', slotId: id }));
    const row: RecoveryCodeEntity = { userId, id, verifierHash: sha256(verifier), createdAt: now, usedAt: null };
    return { row, slot: slotRow({ id, kind: 'recovery', userId, wrapped, masterKeyId, now }) };
  });

function refuseRepeatedIds({ keys, recovery }: E2eSignUp): void {
  const seen = new Set([keys.slot.id]);
  for (const [index, { id }] of recovery.entries()) {
    if (seen.has(id)) throw invalidRequest([{ pointer: `#/recovery/${index}/id`, detail: 'is used twice' }]);
    seen.add(id);
  }
}
