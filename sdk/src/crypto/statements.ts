import { bytesToUuid } from './bytes.js';
import { EnvelopeRefused, refuseUnless } from './errors.js';
import { StatementType, Suite } from './registry.js';
import type { Tier } from './registry.js';

/** The least suite that the owner accepts in boxes to the X25519 key. */
export type LeastSuite = typeof Suite.xchacha20poly1305 | typeof Suite.sealedBox;

/** What an identity statement (type 1) says: the user's public keys, 32 bytes each, the tier and the least suite. */
export interface IdentityBody {
  readonly ed25519: Uint8Array;
  readonly x25519: Uint8Array;
  readonly tier: Tier;
  readonly minSuite: LeastSuite;
}

/** A key-log statement as it was read; nothing in it is proven before `verifyKeyLog`. */
export interface Statement {
  readonly type: typeof StatementType.identity;
  readonly signerKeyId: Uint8Array;
  readonly userId: string;
  readonly n: number;
  /** Milliseconds since 1970, by the signer's clock. */
  readonly atMs: number;
  /** SHA-256 of the statement before, zeros in the first. */
  readonly prev: Uint8Array;
  readonly body: IdentityBody;
  readonly signature: Uint8Array;
  /** All bytes before the signature. */
  readonly signed: Uint8Array;
}

const bodyAt = 88;
const identityBodyBytes = 66;
const identityStatementBytes = bodyAt + identityBodyBytes + 64;

/**
 * The parts of one key-log statement (docs/crypto.md, Key log). Checks its form, not its signature.
 * @throws EnvelopeRefused `statement-format` (magic, format, length, a number beyond 2^53), `statement-type`, `tier`,
 *   `suite`
 */
export function readStatement(bytes: Uint8Array): Statement {
  refuseUnless(bytes.length >= bodyAt && hasMagic(bytes), 'statement-format');
  refuseUnless(bytes[3] === StatementType.identity, 'statement-type');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  refuseUnless(bytes.length === identityStatementBytes, 'statement-format');
  refuseUnless(view.getUint32(bodyAt - 4) === identityBodyBytes, 'statement-format');
  return {
    type: StatementType.identity,
    signerKeyId: bytes.slice(4, 20),
    userId: bytesToUuid(bytes.subarray(20, 36)),
    n: safeNumber(view.getBigUint64(36)),
    atMs: safeNumber(view.getBigUint64(44)),
    prev: bytes.slice(52, 84),
    body: readIdentityBody(bytes.slice(bodyAt, bodyAt + identityBodyBytes)),
    signature: bytes.slice(bodyAt + identityBodyBytes),
    signed: bytes.slice(0, bodyAt + identityBodyBytes),
  };
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
