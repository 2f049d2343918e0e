import { exactly, writeBigEndian, writeUuid } from './bytes.js';
import { encodeKdf, type KdfParameters } from './kdf.js';
import { Field, Kind, ObjectType, slotField } from './registry.js';

/**
 * What an envelope belongs to. It is never stored: the reader builds it from what it expects, so that a ciphertext that
 * was moved, rolled back or given weaker parameters does not open (docs/crypto.md, The envelope).
 */
export interface Context {
  /** The owner. */
  readonly userId: string;
  /** One of `ObjectType`. */
  readonly objectType: number;
  /** A UUID; the slot id of a slot, the user id of an identity key. */
  readonly objectId: string;
  /** Of content: 1 for the first, then one more each. Zero, the default, for everything else. */
  readonly version?: number;
  /** Zero unless given. */
  readonly field?: number;
  /** Of a password slot: the parameters that its key was derived with. */
  readonly kdf?: KdfParameters;
  /** SHA-256 of the envelope of the version before; absent for version 1. */
  readonly previousHash?: Uint8Array;
}

/** The part of a context that says which object it is. */
export type ObjectReference = Pick<Context, 'userId' | 'objectType' | 'objectId'>;

/** Bytes of a context. */
export const contextBytes = 88;

/**
 * The 88 bytes of a context: owner 16 ‖ object type u16 ‖ object id 16 ‖ version u64 ‖ field u16 ‖ key epoch u32 (zero) ‖
 * kdf 8 ‖ previous hash 32 (docs/crypto.md, The envelope).
 * @throws EnvelopeRefused `uuid`, `kdf`; RangeError for numbers that do not fit
 */
export function encodeContext(context: Context): Uint8Array {
  const bytes = new Uint8Array(contextBytes);
  writeContext(bytes, 0, context);
  return bytes;
}

/** The same, into zeros from `at` on: what is absent stays zero. @throws as `encodeContext` */
export function writeContext(zeros: Uint8Array, at: number, context: Context): void {
  const { userId, objectType, objectId, version = 0, field = 0, kdf, previousHash } = context;
  writeUuid(zeros, at, userId);
  writeBigEndian(zeros, at + 16, 2, objectType);
  writeUuid(zeros, at + 18, objectId);
  writeBigEndian(zeros, at + 34, 8, version);
  writeBigEndian(zeros, at + 42, 2, field);
  if (kdf) zeros.set(encodeKdf(kdf), at + 48);
  if (previousHash) zeros.set(exactly(32, previousHash, 'a previous hash'), at + 56);
}

/**
 * Whether a context is one that envelopes of `kind` can have: catches the caller that forgets the version or binds a
 * wrapped key to one.
 * @throws RangeError, since contexts are built by the program and never received
 */
export function assertContextFits(kind: Kind, context: Context): void {
  const { objectType, objectId, userId, version = 0, field = 0, kdf, previousHash } = context;
  const isContent = kind === Kind.content;
  const isVersioned = isContent || kind === Kind.mediaStream;
  expect(isFieldOf(kind, objectType, field), 'object type or field is not one of this kind');
  expect((kdf !== undefined) === (kind === Kind.passwordSlot), 'password slots, and only they, have a kdf');
  expect(isVersioned ? version >= 1 : version === 0, 'content, and only content, has a version');
  expect(version > 1 || previousHash === undefined, 'only later versions have a previous hash');
  const needsPrevious = version > 1 && field === Field.none;
  expect(!needsPrevious || previousHash !== undefined, 'a later version needs the hash of the one before');
  expect(kind !== Kind.identityKey || objectId === userId, 'the object of an identity key is its user');
}

function isFieldOf(kind: Kind, objectType: number, field: number): boolean {
  const isDiaryObject = objectType >= ObjectType.entry && objectType <= ObjectType.entrySnapshot;
  switch (kind) {
    case Kind.content:
      return isDiaryObject && (field === Field.none || (objectType === ObjectType.entry && field === Field.indexCard));
    case Kind.contentKeyWrap:
    case Kind.boxedContentKey:
      return isDiaryObject && field === Field.none;
    case Kind.mediaStream:
      return objectType === ObjectType.media && field === Field.none;
    case Kind.passwordSlot:
      return objectType === ObjectType.slot && field === slotField.password;
    case Kind.otherSlot:
      return objectType === ObjectType.slot && field >= slotField.recovery && field <= slotField.passkey;
    case Kind.identityKey:
      return objectType === ObjectType.identity && (field === Field.x25519 || field === Field.ed25519);
    case Kind.serverSecret:
      return objectType === ObjectType.serverSecret && field === Field.none;
  }
}

function expect(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new RangeError(otherwise);
}
