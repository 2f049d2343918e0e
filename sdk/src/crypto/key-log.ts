import { concatBytes, equalBytes, exactly, u32, u64, utf8, uuidToBytes } from './bytes.js';
import { EnvelopeRefused, refuseUnless } from './errors.js';
import { ed25519PublicKey, ed25519Sign, ed25519Verify, sha256 } from './primitives.js';
import { checkEd25519PublicKey, checkX25519PublicKey, publicKeyId } from './public-keys.js';
import { labels, StatementType, Tier } from './registry.js';
import { readStatement, type IdentityBody, type Statement } from './statements.js';

/** The last statement of a key log: what a client keeps, so that no server can show it another past. */
export interface KeyLogHead {
  readonly n: number;
  /** SHA-256 of the statement, 32 bytes. */
  readonly hash: Uint8Array;
}

/** A key log that was verified: the user's keys now, and the head to keep. */
export interface VerifiedKeyLog {
  readonly identity: IdentityBody;
  readonly head: KeyLogHead;
}

/**
 * A signed identity statement, 218 bytes (docs/crypto.md, Key log).
 * @param input `signer`: the new key itself for the first statement (n = 1, `prev` 32 zero bytes), the Ed25519 key of the
 *   statement before for later ones; `atMs`: milliseconds since 1970
 * @throws RangeError when the public key is not the seed's (signing would give the seed away) or a length is wrong;
 *   EnvelopeRefused `uuid`, `public-key`
 */
export function signIdentityStatement(input: {
  readonly signer: { readonly seed: Uint8Array; readonly publicKey: Uint8Array };
  readonly userId: string;
  readonly n: number;
  readonly atMs: number;
  readonly prev: Uint8Array;
  readonly body: IdentityBody;
}): Uint8Array {
  const { signer, userId, n, atMs, prev } = input;
  if (!equalBytes(ed25519PublicKey(signer.seed), signer.publicKey)) throw new RangeError('not the seed of this key');
  const body = encodeIdentityBody(input.body);
  const signed = concatBytes(
    Uint8Array.of(0x44, 0x53, 0x01, StatementType.identity),
    publicKeyId(signer.publicKey),
    uuidToBytes(userId),
    u64(n),
    u64(atMs),
    exactly(32, prev, 'a previous hash'),
    u32(body.length),
    body,
  );
  return concatBytes(signed, ed25519Sign(signer.seed, withPrefix(signed)));
}

/**
 * Verifies a whole key log, oldest statement first (docs/crypto.md, Key log): the first is numbered 1, signed by the key
 * it names, with a previous hash of zeros; every later one is numbered one more, names the SHA-256 of the one before and
 * is signed by the key of the one before. The tier never changes and the least suite never falls. Signatures are
 * verified strictly (RFC 8032 with canonical S and points of prime order).
 * @param pinned the head that was kept from an earlier answer: the log has to contain it
 * @throws EnvelopeRefused `statement-…`, `public-key`, `tier`, `suite`
 */
export function verifyKeyLog(statements: readonly Uint8Array[], userId: string, pinned?: KeyLogHead): VerifiedKeyLog {
  let before: VerifiedKeyLog | undefined;
  let isPinned = pinned === undefined;
  for (const bytes of statements) {
    const statement = readStatement(bytes);
    assertFollows(statement, userId, before);
    assertSigned(statement, before?.identity ?? statement.body);
    const head = { n: statement.n, hash: sha256(bytes) };
    isPinned ||= head.n === pinned?.n && equalBytes(head.hash, pinned.hash);
    before = { identity: statement.body, head };
  }
  if (before === undefined) throw new EnvelopeRefused('statement-order');
  refuseUnless(isPinned, 'statement-pin');
  return before;
}

function assertFollows(statement: Statement, userId: string, before: VerifiedKeyLog | undefined): void {
  refuseUnless(equalBytes(uuidToBytes(statement.userId), uuidToBytes(userId)), 'statement-user');
  refuseUnless(statement.n === (before?.head.n ?? 0) + 1, 'statement-order');
  refuseUnless(equalBytes(statement.prev, before?.head.hash ?? new Uint8Array(32)), 'statement-previous');
  checkEd25519PublicKey(statement.body.ed25519);
  checkX25519PublicKey(statement.body.x25519);
  if (before === undefined) return;
  refuseUnless(statement.body.tier === before.identity.tier, 'tier');
  refuseUnless(statement.body.minSuite >= before.identity.minSuite, 'suite');
}

function assertSigned(statement: Statement, signer: IdentityBody): void {
  refuseUnless(equalBytes(statement.signerKeyId, publicKeyId(signer.ed25519)), 'statement-signer');
  const isSigned = ed25519Verify(signer.ed25519, withPrefix(statement.signed), statement.signature);
  refuseUnless(isSigned, 'statement-signature');
}

function encodeIdentityBody({ ed25519, x25519, tier, minSuite }: IdentityBody): Uint8Array {
  checkEd25519PublicKey(ed25519);
  checkX25519PublicKey(x25519);
  return concatBytes(ed25519, x25519, Uint8Array.of(Tier[tier], minSuite));
}

function withPrefix(signed: Uint8Array): Uint8Array {
  return concatBytes(utf8(labels.statement), signed);
}
