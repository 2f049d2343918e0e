import {
  createIdentity,
  createRecoveryCode,
  Field,
  type Identity,
  MasterKey,
  parseRecoveryCode,
  recoveryKek,
  recoveryVerifier,
  sha256,
  signIdentityStatement,
  type KdfParameters,
  StatementType,
  Suite,
  wipe,
  wrapIdentityKey,
} from '@daybook/sdk/crypto';
import { newId, type UserId } from '../../../platform/ids.js';
import type { SlotId } from '../auth.schema.js';
import type { KeyStatementEntity } from './key-statement.entity.js';
import type { PrivateKeyEntity } from './private-key.entity.js';
import type { RecoveryCodeEntity } from './recovery-code.entity.js';
import type { SlotEntity } from './slot.entity.js';
import { sealSlot, type SlotKey } from './slots.js';

export const RECOVERY_CODES = 10;

/** The rows of a new account that hold its keys: all wrapped, or public. */
export interface AccountKeys {
  readonly masterKeyId: Uint8Array;
  readonly slots: readonly SlotEntity[];
  readonly recoveryCodes: readonly RecoveryCodeEntity[];
  readonly statements: readonly KeyStatementEntity[];
  readonly privateKeys: readonly PrivateKeyEntity[];
}

interface NewUceAccount {
  readonly userId: UserId;
  readonly kek: SlotKey;
  readonly kdf: KdfParameters;
  readonly salt: Uint8Array;
  readonly now: Date;
}

/** Makes the keys of a uce account. `master` is for the first session and is wiped by the caller; the codes are shown once. */
export function makeUceKeys({ userId, kek, kdf, salt, now }: NewUceAccount) {
  const master = MasterKey.create();
  const identity = createIdentity();
  const password = sealSlot({ kind: 'password', userId, master, slotKey: kek, now, password: { kdf, salt } });
  const recovery = makeRecovery(userId, master, now);
  const keys: AccountKeys = {
    masterKeyId: master.id,
    slots: [password, ...recovery.map(({ slot }) => slot)],
    recoveryCodes: recovery.map(({ row }) => row),
    statements: [firstStatementRow(userId, firstStatement(userId, identity, now))],
    privateKeys: wrapPrivateKeys(userId, master, identity),
  };
  wipe(identity.x25519.privateKey, identity.ed25519.seed);
  return { keys, master, recoveryCodes: recovery.map(({ code }) => code) };
}

/** The row of the identity that an account begins with. */
export const firstStatementRow = (userId: UserId, statement: Uint8Array): KeyStatementEntity => ({
  userId,
  n: 1,
  type: StatementType.identity,
  deviceId: null,
  statement,
});

/** Ten new codes, each with the slot that it opens. */
export const makeRecovery = (userId: UserId, master: MasterKey, now: Date) =>
  Array.from({ length: RECOVERY_CODES }, () => {
    const code = createRecoveryCode();
    const canonical = parseRecoveryCode(code);
    const id: SlotId = newId();
    const row: RecoveryCodeEntity = {
      userId,
      id,
      verifierHash: sha256(recoveryVerifier(canonical)),
      createdAt: now,
      usedAt: null,
    };
    const slot = sealSlot({ id, kind: 'recovery', userId, master, slotKey: { key: recoveryKek(canonical) }, now });
    return { code, row, slot };
  });

const firstStatement = (userId: UserId, { ed25519, x25519 }: Identity, now: Date): Uint8Array =>
  signIdentityStatement({
    signer: ed25519,
    userId,
    n: 1,
    atMs: now.getTime(),
    prev: new Uint8Array(32),
    body: { ed25519: ed25519.publicKey, x25519: x25519.publicKey, tier: 'uce', minSuite: Suite.sealedBox },
  });

function wrapPrivateKeys(userId: UserId, master: MasterKey, { x25519, ed25519 }: Identity): PrivateKeyEntity[] {
  const wrap = (field: typeof Field.x25519 | typeof Field.ed25519, privateKey: Uint8Array) =>
    wrapIdentityKey({ tier: 'uce', master, userId, field, privateKey });
  return [
    { userId, algorithm: 'x25519', publicKey: x25519.publicKey, wrapped: wrap(Field.x25519, x25519.privateKey) },
    { userId, algorithm: 'ed25519', publicKey: ed25519.publicKey, wrapped: wrap(Field.ed25519, ed25519.seed) },
  ];
}
