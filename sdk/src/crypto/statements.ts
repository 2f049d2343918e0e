import { bytesToUuid, concatBytes, exactly, u32, u64, uuidToBytes } from './bytes.js';
import { EnvelopeRefused, refuseUnless } from './errors.js';
import { checkEd25519PublicKey, checkX25519PublicKey } from './public-keys.js';
import { StatementType, Suite, Tier } from './registry.js';

/** The least suite that the owner accepts in boxes to the X25519 key. */
export type LeastSuite = typeof Suite.xchacha20poly1305 | typeof Suite.sealedBox;

/** What an identity statement (type 1) says: the user's public keys, 32 bytes each, the tier and the least suite. */
export interface IdentityBody {
  readonly ed25519: Uint8Array;
  readonly x25519: Uint8Array;
  readonly tier: Tier;
  readonly minSuite: LeastSuite;
}

/** What a device statement (type 2) says: a device of the user, and the X25519 key (32 bytes) to seal for it. */
export interface DeviceBody {
  readonly deviceId: string;
  readonly x25519: Uint8Array;
}

/** What a revocation (type 3) says: which device nothing is to be sealed for any more. */
export interface RevocationBody {
  readonly deviceId: string;
}

/** Where a statement stands, and who signed it. */
export interface StatementFrame {
  readonly signerKeyId: Uint8Array;
  readonly userId: string;
  readonly n: number;
  /** Milliseconds since 1970, by the signer's clock. */
  readonly atMs: number;
  /** SHA-256 of the statement before, zeros in the first. */
  readonly prev: Uint8Array;
}

/** What a statement says, by its type. */
export type StatementContent =
  | { readonly type: typeof StatementType.identity; readonly body: IdentityBody }
  | { readonly type: typeof StatementType.device; readonly body: DeviceBody }
  | { readonly type: typeof StatementType.revocation; readonly body: RevocationBody };

/** A key-log statement as it was read; nothing in it is proven before `verifyKeyLog`. */
export type Statement = StatementFrame &
  StatementContent & {
    readonly signature: Uint8Array;
    /** All bytes before the signature. */
    readonly signed: Uint8Array;
  };

const bodyAt = 88;
const signatureBytes = 64;
const bodyBytes: ReadonlyMap<number, number> = new Map([
  [StatementType.identity, 66],
  [StatementType.device, 48],
  [StatementType.revocation, 16],
]);

/** A statement without its signature. @throws EnvelopeRefused `uuid`, `public-key`; RangeError for a wrong length */
export function encodeStatement(statement: StatementFrame & StatementContent): Uint8Array {
  const { type, signerKeyId, userId, n, atMs, prev } = statement;
  const body = encodeBody(statement);
  return concatBytes(
    Uint8Array.of(0x44, 0x53, 0x01, type),
    signerKeyId,
    uuidToBytes(userId),
    u64(n),
    u64(atMs),
    exactly(32, prev, 'a previous hash'),
    u32(body.length),
    body,
  );
}

/**
 * The parts of one key-log statement (docs/crypto.md, Key log). Checks its form, not its keys and not its signature.
 * @throws EnvelopeRefused `statement-format` (magic, format, length, a number beyond 2^53), `statement-type`, `tier`,
 *   `suite`
 */
export function readStatement(bytes: Uint8Array): Statement {
  refuseUnless(bytes.length >= bodyAt && hasMagic(bytes), 'statement-format');
  const length = bodyBytes.get(bytes[3] ?? 0);
  if (length === undefined) throw new EnvelopeRefused('statement-type');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  refuseUnless(bytes.length === bodyAt + length + signatureBytes, 'statement-format');
  refuseUnless(view.getUint32(bodyAt - 4) === length, 'statement-format');
  return {
    signerKeyId: bytes.slice(4, 20),
    userId: bytesToUuid(bytes.subarray(20, 36)),
    n: safeNumber(view.getBigUint64(36)),
    atMs: safeNumber(view.getBigUint64(44)),
    prev: bytes.slice(52, 84),
    ...readContent(bytes[3], bytes.slice(bodyAt, bodyAt + length)),
    signature: bytes.slice(bodyAt + length),
    signed: bytes.slice(0, bodyAt + length),
  };
}

/** @throws EnvelopeRefused `public-key` for a key that is not canonical, or of low order */
export function checkKeysOf({ type, body }: StatementContent): void {
  if (type === StatementType.identity) checkEd25519PublicKey(body.ed25519);
  if (type !== StatementType.revocation) checkX25519PublicKey(body.x25519);
}

function encodeBody(content: StatementContent): Uint8Array {
  checkKeysOf(content);
  const { type, body } = content;
  switch (type) {
    case StatementType.identity:
      return concatBytes(body.ed25519, body.x25519, Uint8Array.of(Tier[body.tier], body.minSuite));
    case StatementType.device:
      return concatBytes(uuidToBytes(body.deviceId), body.x25519);
    case StatementType.revocation:
      return uuidToBytes(body.deviceId);
  }
}

function readContent(type: number | undefined, body: Uint8Array): StatementContent {
  if (type === StatementType.identity) return { type, body: readIdentityBody(body) };
  const deviceId = bytesToUuid(body.subarray(0, 16));
  return type === StatementType.device
    ? { type, body: { deviceId, x25519: body.slice(16) } }
    : { type: StatementType.revocation, body: { deviceId } };
}

function readIdentityBody(body: Uint8Array): IdentityBody {
  const [tier, minSuite] = body.subarray(64);
  if (tier !== 0 && tier !== 1) throw new EnvelopeRefused('tier');
  // A suite that this version does not know would mean sealing to keys in a way that the owner no longer accepts.
  if (minSuite !== Suite.xchacha20poly1305 && minSuite !== Suite.sealedBox) throw new EnvelopeRefused('suite');
  return {
    ed25519: body.slice(0, 32),
    x25519: body.slice(32, 64),
    tier: tier === 0 ? 'e2e' : 'uce',
    minSuite,
  };
}

function hasMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x44 && bytes[1] === 0x53 && bytes[2] === 0x01;
}

function safeNumber(value: bigint): number {
  refuseUnless(value <= BigInt(Number.MAX_SAFE_INTEGER), 'statement-format');
  return Number(value);
}
