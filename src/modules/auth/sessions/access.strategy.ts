import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Caller } from '../caller.js';
import { AccessTokens } from './access-tokens.js';
import { TokenCallers } from './token-callers.js';

export const ACCESS = 'access';

/** Who sends an access token in the Authorization header. */
@Injectable()
export class AccessStrategy extends PassportStrategy(Strategy, ACCESS) {
  constructor(
    tokens: AccessTokens,
    private readonly callers: TokenCallers,
  ) {
    super(tokens.verifiedFrom(ExtractJwt.fromAuthHeaderAsBearerToken()));
  }

  /** Called with the claims of a token whose signature, issuer and audience hold. */
  validate(claims: unknown): Promise<Caller | false> {
    return this.callers.find(claims);
  }
}
