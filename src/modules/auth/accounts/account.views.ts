import { toBase64url } from '@daybook/sdk/crypto';
import type { KeysView, PreloginView, UserView } from '../auth.schema.js';
import type { KeyStatementEntity } from '../keys/key-statement.entity.js';
import type { PrivateKeyEntity } from '../keys/private-key.entity.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import type { UserEntity } from './user.entity.js';

/** The form of an address that is compared: sign-in does not depend on capitals. */
export const emailName = (email: string) => email.toLowerCase();

export const toUserView = ({ userId, email, tier, createdAt, ...user }: UserEntity): UserView => ({
  id: userId,
  email,
  is_email_verified: user.emailVerifiedAt !== null,
  tier,
  display_name: user.displayName,
  time_zone: user.timeZone,
  locale: user.locale,
  settings: { versions_kept: user.versionsKept },
  created_at: createdAt.toISOString(),
});

export const kdfView = ({
  salt,
  kdfMKib,
  kdfT,
}: Pick<SlotEntity, 'salt' | 'kdfMKib' | 'kdfT'>): PreloginView['kdf'] => {
  if (!salt || kdfMKib === null || kdfT === null) throw new Error('a password slot without its parameters');
  return { alg: 'argon2id', m_kib: kdfMKib, t: kdfT, p: 1, salt: toBase64url(salt) };
};

/** The wrapped keys of an e2e account, for the client that has just proved who it is. */
export function toKeysView(
  slot: SlotEntity,
  identity: KeyStatementEntity,
  privateKeys: readonly PrivateKeyEntity[],
): KeysView {
  const wrapped = (algorithm: PrivateKeyEntity['algorithm']) => {
    const found = privateKeys.find((key) => key.algorithm === algorithm);
    if (!found) throw new Error(`an account without its ${algorithm} key`);
    return toBase64url(found.wrapped);
  };
  return {
    master_key_id: toBase64url(slot.masterKeyId),
    kdf: kdfView(slot),
    slot: { id: slot.id, wrapped_master_key: toBase64url(slot.wrapped) },
    identity: toBase64url(identity.statement),
    private_keys: [wrapped('x25519'), wrapped('ed25519')],
  };
}
