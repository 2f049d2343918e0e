/** Tiers and their byte in the header (docs/crypto.md, The envelope). */
export const Tier = { e2e: 0, uce: 1 } as const;
/** Who can open content: only the user's clients (`e2e`), or also the server in a request of the user (`uce`). */
export type Tier = keyof typeof Tier;

/** What an envelope holds, and its byte in the header. */
export const Kind = {
  content: 1,
  contentKeyWrap: 2,
  boxedContentKey: 3,
  mediaStream: 4,
  passwordSlot: 5,
  otherSlot: 6,
  identityKey: 7,
  serverSecret: 8,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** How an envelope is sealed, and its byte in the header. 0x12 (X25519 with ML-KEM-768) is reserved and refused. */
export const Suite = { xchacha20poly1305: 0x01, sealedBox: 0x02, secretStream: 0x03 } as const;
export type Suite = (typeof Suite)[keyof typeof Suite];

/** The one suite of each kind: a header that names another is refused. */
export const suiteOfKind: Readonly<Record<Kind, Suite>> = {
  [Kind.content]: Suite.xchacha20poly1305,
  [Kind.contentKeyWrap]: Suite.xchacha20poly1305,
  [Kind.boxedContentKey]: Suite.sealedBox,
  [Kind.mediaStream]: Suite.secretStream,
  [Kind.passwordSlot]: Suite.xchacha20poly1305,
  [Kind.otherSlot]: Suite.xchacha20poly1305,
  [Kind.identityKey]: Suite.xchacha20poly1305,
  [Kind.serverSecret]: Suite.xchacha20poly1305,
};

/** Kinds of objects that envelopes belong to, as in the context. */
export const ObjectType = {
  entry: 1,
  media: 2,
  tag: 3,
  mediaMetadata: 4,
  settings: 5,
  entryUpdate: 6,
  entrySnapshot: 7,
  identity: 0x100,
  slot: 0x101,
  serverSecret: 0x102,
} as const;
export type ObjectType = (typeof ObjectType)[keyof typeof ObjectType];

/** Fields of the context: zero, but for an entry's index card and the private identity keys (slots: `slotField`). */
export const Field = { none: 0, indexCard: 1, x25519: 1, ed25519: 2 } as const;
export type Field = (typeof Field)[keyof typeof Field];

/** The field of an identity key. */
export type IdentityField = typeof Field.x25519 | typeof Field.ed25519;

/** The field of a slot: which secret opens it. */
export const slotField = {
  password: 1,
  recovery: 2,
  refresh: 3,
  access: 4,
  grace: 5,
  reset: 6,
  apiKey: 7,
  device: 8,
  passkey: 9,
} as const;
export type SlotField = (typeof slotField)[keyof typeof slotField];

/** Types of key-log statements. 4 head and 5 share are reserved and refused. */
export const StatementType = { identity: 1, device: 2, revocation: 3 } as const;
export type StatementType = (typeof StatementType)[keyof typeof StatementType];

/** Every HKDF info string and every prefix of what is signed or chained: each has one purpose (docs/crypto.md, Keys). */
export const labels = {
  auth: 'daybook/v1/auth',
  kek: 'daybook/v1/kek',
  wrap: 'daybook/v1/wrap',
  search: 'daybook/v1/search',
  tag: 'daybook/v1/tag',
  idempotency: 'daybook/v1/idempotency',
  import: 'daybook/v1/import',
  refresh: 'daybook/v1/refresh',
  access: 'daybook/v1/access',
  grace: 'daybook/v1/grace',
  recoveryAuth: 'daybook/v1/recovery-auth',
  recoveryKek: 'daybook/v1/recovery-kek',
  reset: 'daybook/v1/reset',
  apiKey: 'daybook/v1/api-key',
  commit: 'daybook/v1/commit',
  statement: 'daybook/v1/statement\0',
  history: 'daybook/v1/history\0',
} as const;
export type Label = (typeof labels)[keyof typeof labels];

/** The labels of what is derived from the master key, and from nothing else. */
export type MasterKeyLabel = (typeof labels)['wrap' | 'search' | 'tag' | 'idempotency' | 'import'];

/** What the server puts before the input of `HMAC-SHA-256(pepper, …)`, one prefix per purpose. */
export const pepperPrefixes = { kek: 'kek', verify: 'verify', prelogin: 'prelogin' } as const;
