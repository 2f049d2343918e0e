import { fromBase64url, toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { JwtFromRequestFunction, StrategyOptionsWithoutRequest } from 'passport-jwt';
import { z } from 'zod';
import { Clock } from '../../../platform/clock.js';
import { Config } from '../../../platform/config/config.js';
import { parseStrictJson } from '../../../platform/http/strict-json.js';
import { UserId } from '../../../platform/ids.js';
import { Secrets, type SigningKey } from '../../../platform/secrets/keyring.js';
import { SessionId, SlotId } from '../auth.schema.js';

export const ACCESS_TTL_SECONDS = 15 * 60;
const AUDIENCE = 'daybook';
const TYPE = 'at+jwt';
const ALGORITHM = 'ES256';

const Header = z.strictObject({ alg: z.literal(ALGORITHM), typ: z.literal(TYPE), kid: z.string() });

/** What an access token says. `jti` is the id of the slot that `key` opens; an e2e token has no key. */
const Claims = z.object({
  sub: UserId,
  sid: SessionId,
  jti: SlotId,
  exp: z.int(),
  key: z.base64url().length(43).optional(),
});

export interface AccessToken {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly slotId: SlotId;
  /** The access secret, 32 bytes; none in the e2e tier. */
  readonly secret?: Uint8Array;
}

/** Access tokens: JWT (RFC 9068) signed with ES256, 15 minutes. Only this server reads them, so no key set is published. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly secrets: Secrets,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  get issuer(): string {
    return this.config.values.PUBLIC_URL;
  }

  sign({ userId, sessionId, slotId, secret }: AccessToken): string {
    const [{ id, privateKey }] = this.secrets.tokenKeys;
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const claims = {
      iss: this.issuer,
      aud: AUDIENCE,
      sub: userId,
      sid: sessionId,
      jti: slotId,
      iat: now,
      exp: now + ACCESS_TTL_SECONDS,
      ...(secret && { key: toBase64url(secret) }),
    };
    return this.jwt.sign(claims, { privateKey, header: { alg: ALGORITHM, typ: TYPE, kid: id } });
  }

  /** How Passport verifies a token that it finds in this place; its times are for `read`. */
  verifiedFrom(jwtFromRequest: JwtFromRequestFunction): StrategyOptionsWithoutRequest {
    return {
      jwtFromRequest,
      algorithms: [ALGORITHM],
      issuer: this.issuer,
      audience: AUDIENCE,
      // Checked in `read`, by the clock that everything else here goes by.
      ignoreExpiration: true,
      secretOrKeyProvider: (_request, token: string, done) => {
        const key = this.verificationKey(token);
        if (key) done(null, key.publicKey);
        else done(new Error('not signed by a key of this server'));
      },
    };
  }

  /** The key that must have signed `token`, by its header, which must be exactly ours; undefined otherwise. */
  private verificationKey(token: string): SigningKey | undefined {
    const parsed = Header.safeParse(headerOf(token));
    return parsed.success ? this.secrets.tokenKeys.find(({ id }) => id === parsed.data.kid) : undefined;
  }

  /** The parts of a payload whose signature, issuer and audience were checked; undefined when it has expired. */
  read(payload: unknown): AccessToken | undefined {
    const { success, data } = Claims.safeParse(payload);
    if (!success) return undefined;
    const { sub: userId, sid: sessionId, jti: slotId, exp, key } = data;
    if (exp * 1000 <= this.clock.now().getTime()) return undefined;
    return { userId, sessionId, slotId, ...(key !== undefined && { secret: fromBase64url(key) }) };
  }
}

/**
 * The header of a token that is written as this server writes it; undefined for any other. The library that checks the
 * signature would also take unused bits that are set, a member twice, and what is not UTF-8.
 */
function headerOf(token: string): unknown {
  try {
    const [header, payload] = token.split('.').map(fromBase64url).slice(0, 2).map(parseStrictJson);
    return payload === undefined ? undefined : header;
  } catch {
    return undefined;
  }
}
