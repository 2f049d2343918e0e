import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import type { Caller } from '../caller.js';
import { AccessTokens } from './access-tokens.js';
import { accessCookieOf } from './session-cookies.js';
import { TokenCallers } from './token-callers.js';

export const COOKIE = 'cookie';

/** Who sends an access token in its cookie, as a browser does by itself. Where from, the access guard has asked before. */
@Injectable()
export class CookieStrategy extends PassportStrategy(Strategy, COOKIE) {
  constructor(
    tokens: AccessTokens,
    private readonly callers: TokenCallers,
  ) {
    super(tokens.verifiedFrom((request: FastifyRequest) => accessCookieOf(request) ?? null));
  }

  /** Called with the claims of a token whose signature, issuer and audience hold. */
  validate(claims: unknown): Promise<Caller | false> {
    return this.callers.find(claims);
  }
}
