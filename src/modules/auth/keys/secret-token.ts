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

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const MAC_BYTES = 16;

/** What such a token says: whose it is, what it belongs to, and the secret that opens it. */
export interface SecretToken {
  readonly userId: UserId;
  /** A UUIDv7: of the session, or of the recovery token. */
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/**
 * A kind of token that carries a user id and a secret. On the wire its prefix and base64url of
 * user id 16 ‖ id 16 ‖ secret 32 ‖ HMAC-SHA-256(session pepper, label ‖ all before)[0..16).
 * The code tells a token that was issued once from one that was made up, before anything is looked up.
 */
export class SecretTokenFormat {
  private readonly label: Uint8Array;

  constructor(
    private readonly prefix: string,
    label: string,
  ) {
    this.label = utf8(label);
  }

  write({ userId, id, secret }: SecretToken, peppers: Keyring): string {
    const body = concatBytes(uuidToBytes(userId), uuidToBytes(id), secret);
    return this.prefix + toBase64url(concatBytes(body, this.mac(body, peppers.current.key)));
  }

  /** The token's parts; undefined for what this server has not issued. */
  read(token: string, peppers: Keyring): SecretToken | undefined {
    const bytes = this.decode(token);
    if (bytes?.length !== 2 * ID_BYTES + SECRET_BYTES + MAC_BYTES) return undefined;
    const body = bytes.subarray(0, -MAC_BYTES);
    const isOurs = peppers.all.some(({ key }) => equalBytes(this.mac(body, key), bytes.subarray(-MAC_BYTES)));
    if (!isOurs) return undefined;
    return {
      userId: UserId.parse(bytesToUuid(body.subarray(0, ID_BYTES))),
      id: bytesToUuid(body.subarray(ID_BYTES, 2 * ID_BYTES)),
      secret: body.slice(2 * ID_BYTES),
    };
  }

  private mac(body: Uint8Array, pepper: Uint8Array): Uint8Array {
    return hmacSha256(pepper, this.label, body).subarray(0, MAC_BYTES);
  }

  private decode(token: string): Uint8Array | undefined {
    if (!token.startsWith(this.prefix)) return undefined;
    try {
      return fromBase64url(token.slice(this.prefix.length));
    } catch {
      return undefined;
    }
  }
}

export const refreshTokens = new SecretTokenFormat('dbr_', 'refresh-token');
export const recoveryTokens = new SecretTokenFormat('dbv_', 'recovery-token');
