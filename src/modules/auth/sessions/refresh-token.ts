import {
  bytesToUuid,
  concatBytes,
  equalBytes,
  fromBase64url,
  hmacSha256,
  toBase64url,
  utf8,
  uuidToBytes,
} from '@daybook/sdk/crypto';
import { UserId } from '../../../platform/ids.js';
import type { Keyring } from '../../../platform/secrets/keyring.js';
import { SessionId } from '../auth.schema.js';

const PREFIX = 'dbr_';
const ID_BYTES = 16;
const SECRET_BYTES = 32;
const MAC_BYTES = 16;
const MAC_LABEL = utf8('refresh-token');

/**
 * What a refresh token says: whose, which session, and the refresh secret. On the wire `dbr_` and base64url of
 * user id 16 ‖ session id 16 ‖ secret 32 ‖ HMAC-SHA-256(session pepper, "refresh-token" ‖ all before)[0..16).
 * The code tells a token that was issued once, whose reuse ends the session, from one that was made up, which does nothing.
 */
export interface RefreshToken {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly secret: Uint8Array;
}

export function writeRefreshToken({ userId, sessionId, secret }: RefreshToken, peppers: Keyring): string {
  const body = concatBytes(uuidToBytes(userId), uuidToBytes(sessionId), secret);
  return PREFIX + toBase64url(concatBytes(body, macOf(body, peppers.current.key)));
}

/** The token's parts; undefined for what this server has not issued. */
export function readRefreshToken(token: string, peppers: Keyring): RefreshToken | undefined {
  const bytes = decode(token);
  if (bytes?.length !== 2 * ID_BYTES + SECRET_BYTES + MAC_BYTES) return undefined;
  const body = bytes.subarray(0, -MAC_BYTES);
  const isOurs = peppers.all.some(({ key }) => equalBytes(macOf(body, key), bytes.subarray(-MAC_BYTES)));
  if (!isOurs) return undefined;
  return {
    userId: UserId.parse(bytesToUuid(body.subarray(0, ID_BYTES))),
    sessionId: SessionId.parse(bytesToUuid(body.subarray(ID_BYTES, 2 * ID_BYTES))),
    secret: body.slice(2 * ID_BYTES),
  };
}

const macOf = (body: Uint8Array, pepper: Uint8Array) => hmacSha256(pepper, MAC_LABEL, body).subarray(0, MAC_BYTES);

function decode(token: string): Uint8Array | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  try {
    return fromBase64url(token.slice(PREFIX.length));
  } catch {
    return undefined;
  }
}
