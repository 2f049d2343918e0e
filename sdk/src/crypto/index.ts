/*
 * The published entry `@daybook/sdk/crypto`: keys and ciphertext, as docs/crypto.md describes them, for clients and
 * server alike. Await `ready()` once; everything but Argon2id is synchronous afterwards.
 */
export {
  bytesToUuid,
  concatBytes,
  equalBytes,
  fromBase64url,
  toBase64url,
  u16,
  u32,
  u64,
  utf8,
  uuidToBytes,
  wipe,
} from './bytes.js';
export { EnvelopeRefused, rules, type Rule } from './errors.js';
export {
  Field,
  Kind,
  labels,
  ObjectType,
  pepperPrefixes,
  slotField,
  StatementType,
  Suite,
  Tier,
  type IdentityField,
  type Label,
  type MasterKeyLabel,
  type SlotField,
} from './registry.js';
export { hkdf, hmacSha256, randomBytes, ready, sha256 } from './primitives.js';
export { createId } from './ids.js';
export { encodeContext, type Context, type ObjectReference } from './context.js';
export {
  envelopeHash,
  openEnvelope,
  parseHeader,
  sealEnvelope,
  type AeadKind,
  type Expected,
  type Header,
} from './envelope.js';
export { isPaddedLength, paddedLength } from './padding.js';
export { openContent, sealContent, type ContentPlace } from './content.js';
export {
  boxContentKey,
  createContentKey,
  openBoxedContentKey,
  unwrapContentKey,
  wrapContentKey,
  type ContentKey,
  type WrapPlace,
} from './content-keys.js';
export { MasterKey } from './master-key.js';
export { openSlot, sealSlot, unwrapMasterKey, wrapMasterKey, type SlotPlace } from './slots.js';
export {
  createIdentity,
  identityFrom,
  unwrapIdentityKey,
  wrapIdentityKey,
  type Identity,
  type IdentityPlace,
} from './identity.js';
export { checkEd25519PublicKey, checkX25519PublicKey, publicKeyId } from './public-keys.js';
export { openServerSecret, sealServerSecret, type ServerSecretPlace } from './server-secrets.js';
export {
  signDeviceStatement,
  signIdentityStatement,
  signRevocationStatement,
  verifyKeyLog,
  verifyStatement,
  type KeyLogHead,
  type KeyLogPlace,
  type LoggedDevice,
  type Signing,
  type VerifiedKeyLog,
} from './key-log.js';
export {
  readStatement,
  type DeviceBody,
  type IdentityBody,
  type LeastSuite,
  type RevocationBody,
  type Statement,
} from './statements.js';
export { createDeviceKeys, type DeviceKeys } from './device-keys.js';
export { assertKdfAllowed, encodeKdf, kdfBounds, kdfDefaults, kdfSaltBytes, type KdfParameters } from './kdf.js';
export {
  normalizePassword,
  passwordAuthKey,
  passwordKek,
  passwordRoot,
  sodiumArgon2id,
  type Argon2id,
} from './passwords.js';
export {
  createRecoveryCode,
  displayRecoveryCode,
  parseRecoveryCode,
  recoveryKek,
  recoveryVerifier,
} from './recovery.js';
export { fromWireKdf, toWireKdf, type E2eSignUp, type WireKdf, type WireKeys, type WireRecovery } from './wire.js';
export {
  createE2eAccount,
  createE2ePassword,
  createE2eRecovery,
  type E2ePassword,
  type E2eRecovery,
  type NewE2eAccount,
} from './accounts.js';
export {
  e2eAuthKey,
  openE2eRecoverySlot,
  unlockE2eAccount,
  type E2eSignIn,
  type E2eUnlock,
  type UnlockedE2eAccount,
} from './unlocking.js';
export {
  decodeEntryContent,
  encodeEntryContent,
  openEntry,
  sealEntry,
  type EntryContent,
  type EntryPlace,
  type SealedEntry,
} from './entries.js';
export { openCard, openContentKey, sealCard, type CardPlace } from './cards.js';
export {
  createStreamHeader,
  mediaChunkBytes,
  openedMediaBytes,
  openMedia,
  sealedMediaBytes,
  sealMedia,
  type MediaPlace,
} from './media-stream.js';
export {
  openMediaMetadata,
  sealMediaMetadata,
  unwrapMediaKey,
  wrapMediaKey,
  type MediaKeyPlace,
  type MediaMetadata,
  type MediaPreview,
} from './media.js';
export { importedId, type Importer } from './imported-ids.js';
export { portionsOf, streamOfPortions, type ByteSource } from './byte-source.js';
export { searchFingerprint } from './search-keys.js';
export {
  distinctTags,
  openTagName,
  sealTagName,
  tagForm,
  tagToken,
  type SealedTagName,
  type TagPlace,
} from './tags.js';
export {
  checkBoxedContentKey,
  checkContentEnvelope,
  checkContentKeyWrap,
  checkIdentityKeyWrap,
  checkPasswordSlot,
  checkSlot,
} from './gate.js';
export { boxEntry, openBoxedEntry, type BoxedEntry, type BoxedEntryPlace } from './boxed-entries.js';
export { historyHash, historyType, historyTypeOf, type HistoryEvent, type HistoryType } from './history.js';
