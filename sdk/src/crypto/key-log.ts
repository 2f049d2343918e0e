import { concatBytes, equalBytes, utf8, uuidToBytes } from './bytes.js';
import { EnvelopeRefused, refuseUnless } from './errors.js';
import { ed25519PublicKey, ed25519Sign, ed25519Verify, sha256 } from './primitives.js';
import { publicKeyId } from './public-keys.js';
import { labels, StatementType } from './registry.js';
import {
  checkKeysOf,
  encodeStatement,
  readStatement,
  type DeviceBody,
  type IdentityBody,
  type RevocationBody,
  type Statement,
  type StatementContent,
} from './statements.js';

/** The last statement of a key log: what a client keeps, so that no server can show it another past. */
export interface KeyLogHead {
  readonly n: number;
  /** SHA-256 of the statement, 32 bytes. */
  readonly hash: Uint8Array;
}

/** A device that is in the key log and was not revoked. */
export interface LoggedDevice extends DeviceBody {
  /** The number of the statement that added it. */
  readonly n: number;
}

/** A key log that was verified: the user's keys now, the devices that may be sealed for, and the head to keep. */
export interface VerifiedKeyLog {
  readonly identity: IdentityBody;
  /** In the order in which they were added. */
  readonly devices: readonly LoggedDevice[];
  readonly head: KeyLogHead;
}

/** What a later statement has to follow: the identity in force, and the statement before. */
export type KeyLogPlace = Pick<VerifiedKeyLog, 'identity' | 'head'>;

/** Who signs a statement, and where it will stand. */
export interface Signing {
  readonly signer: { readonly seed: Uint8Array; readonly publicKey: Uint8Array };
  readonly userId: string;
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** SHA-256 of the statement before; 32 zero bytes for the first. */
  readonly prev: Uint8Array;
}

/**
 * A signed identity statement, 218 bytes (docs/crypto.md, Key log).
 * @param input `signer`: the new key itself for the first statement (n = 1, `prev` 32 zero bytes), the Ed25519 key of the
 *   identity before for later ones
 * @throws RangeError when the public key is not the seed's (signing would give the seed away) or a length is wrong;
 *   EnvelopeRefused `uuid`, `public-key`
 */
export function signIdentityStatement(input: Signing & { readonly body: IdentityBody }): Uint8Array {
  return sign(input, { type: StatementType.identity, body: input.body });
}

/** A signed statement that adds a device, 200 bytes. @throws as `signIdentityStatement` */
export function signDeviceStatement(input: Signing & { readonly body: DeviceBody }): Uint8Array {
  return sign(input, { type: StatementType.device, body: input.body });
}

/** A signed statement that revokes a device, 168 bytes. @throws as `signIdentityStatement` */
export function signRevocationStatement(input: Signing & { readonly body: RevocationBody }): Uint8Array {
  return sign(input, { type: StatementType.revocation, body: input.body });
}

/**
 * Verifies a whole key log, oldest statement first (docs/crypto.md, Key log): the first is an identity, numbered 1, signed
 * by the key it names, with a previous hash of zeros; every later one is numbered one more, names the SHA-256 of the one
 * before and is signed by the identity in force. The tier never changes and the least suite never falls. A device is added
 * once and revoked once at most. Signatures are verified strictly (RFC 8032 with canonical S and points of prime order).
 * @param pinned the head that was kept from an earlier answer: the log has to contain it
 * @throws EnvelopeRefused `statement-…`, `public-key`, `tier`, `suite`
 */
export function verifyKeyLog(statements: readonly Uint8Array[], userId: string, pinned?: KeyLogHead): VerifiedKeyLog {
  const added = new Map<string, LoggedDevice>();
  const revoked = new Set<string>();
  let before: KeyLogPlace | undefined;
  let isPinned = pinned === undefined;
  for (const bytes of statements) {
    const statement = verifyStatement(bytes, userId, before);
    noteDevice(statement, added, revoked);
    const identity = identityAfter(statement, before);
    const head = { n: statement.n, hash: sha256(bytes) };
    isPinned ||= head.n === pinned?.n && equalBytes(head.hash, pinned.hash);
    before = { identity, head };
  }
  if (before === undefined) throw new EnvelopeRefused('statement-order');
  refuseUnless(isPinned, 'statement-pin');
  const devices = [...added.values()].filter(({ deviceId }) => !revoked.has(deviceId));
  return { ...before, devices };
}

/**
 * Verifies one statement, given what it has to follow: all that `verifyKeyLog` checks of it, but for what the log says of
 * its device.
 * @param before absent for the first statement
 * @throws EnvelopeRefused `statement-…`, `public-key`, `tier`, `suite`
 */
export function verifyStatement(bytes: Uint8Array, userId: string, before?: KeyLogPlace): Statement {
  const statement = readStatement(bytes);
  refuseUnless(equalBytes(uuidToBytes(statement.userId), uuidToBytes(userId)), 'statement-user');
  refuseUnless(statement.n === (before?.head.n ?? 0) + 1, 'statement-order');
  refuseUnless(equalBytes(statement.prev, before?.head.hash ?? new Uint8Array(32)), 'statement-previous');
  checkKeysOf(statement);
  if (before && statement.type === StatementType.identity) {
    refuseUnless(statement.body.tier === before.identity.tier, 'tier');
    refuseUnless(statement.body.minSuite >= before.identity.minSuite, 'suite');
  }
  assertSigned(statement, before?.identity ?? identityAfter(statement));
  return statement;
}

/** A first statement that is no identity names no key that could have signed it. */
function identityAfter({ type, body }: StatementContent, before?: KeyLogPlace): IdentityBody {
  if (type === StatementType.identity) return body;
  if (before === undefined) throw new EnvelopeRefused('statement-signer');
  return before.identity;
}

/** An id that was revoked never comes back, so that an old statement says nothing new wherever it is shown. */
function noteDevice({ n, type, body }: Statement, added: Map<string, LoggedDevice>, revoked: Set<string>): void {
  if (type === StatementType.device) {
    refuseUnless(!added.has(body.deviceId), 'statement-device');
    added.set(body.deviceId, { ...body, n });
  }
  if (type === StatementType.revocation) {
    refuseUnless(added.has(body.deviceId) && !revoked.has(body.deviceId), 'statement-device');
    revoked.add(body.deviceId);
  }
}

function assertSigned(statement: Statement, signer: IdentityBody): void {
  refuseUnless(equalBytes(statement.signerKeyId, publicKeyId(signer.ed25519)), 'statement-signer');
  const isSigned = ed25519Verify(signer.ed25519, withPrefix(statement.signed), statement.signature);
  refuseUnless(isSigned, 'statement-signature');
}

function sign({ signer, ...place }: Signing, content: StatementContent): Uint8Array {
  if (!equalBytes(ed25519PublicKey(signer.seed), signer.publicKey)) throw new RangeError('not the seed of this key');
  const { userId, n, atMs, prev } = place;
  const signed = encodeStatement({ signerKeyId: publicKeyId(signer.publicKey), userId, n, atMs, prev, ...content });
  return concatBytes(signed, ed25519Sign(signer.seed, withPrefix(signed)));
}

function withPrefix(signed: Uint8Array): Uint8Array {
  return concatBytes(utf8(labels.statement), signed);
}
