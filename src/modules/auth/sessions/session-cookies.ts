import { type CookieSerializeOptions, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../../platform/config/config.js';
import { cookieOf } from '../../../platform/http/cookies.js';
import { isSameOrigin } from '../../../platform/http/same-origin.js';
import { CrossSite } from '../auth.problems.js';
import type { TokensView } from '../auth.schema.js';
import { REFRESH_TTL_MS } from './token-issuer.js';

/** The prefixes make browsers refuse cookies of these names from other hosts and over plain HTTP (RFC 6265bis, 4.1.3). */
export const ACCESS_COOKIE = '__Host-daybook_access';
export const REFRESH_COOKIE = '__Secure-daybook_refresh';

/** For the contract: the cookies, by the names under which routes ask for them. */
export const cookieSchemes = {
  access_cookie: {
    name: ACCESS_COOKIE,
    description: 'an access token, in cookie mode; from pages of this origin alone',
  },
  refresh_cookie: { name: REFRESH_COOKIE, description: 'a refresh token, in cookie mode, in place of the body' },
};

const hidden: CookieSerializeOptions = { httpOnly: true, secure: true, sameSite: 'strict' };
const accessPlace: CookieSerializeOptions = { ...hidden, path: '/' };
/** Sent to nothing but the routes of sessions: what is not sent cannot leak. */
const refreshPlace: CookieSerializeOptions = { ...hidden, path: '/api/v1/auth' };

/** An answer that may have the tokens of a session. */
export interface WithTokens {
  readonly tokens?: TokensView;
}

type Asked = Pick<FastifyRequest, 'headers'>;

/** Whoever says in a header who asks is believed or refused by that alone; cookies are not looked at then. */
const cookieUnlessHeader = (request: Asked, name: string) =>
  request.headers.authorization === undefined ? cookieOf(request, name) : undefined;

/** The access token in its cookie; undefined where there is none, null where it cannot be ours. */
export const accessCookieOf = (request: Asked) => cookieUnlessHeader(request, ACCESS_COOKIE);

/** The refresh token in its cookie, likewise. */
export const refreshCookieOf = (request: Asked) => cookieUnlessHeader(request, REFRESH_COOKIE);

/** The two cookies of a browser's session. No script can read them, and only pages of our own origin may use them. */
@Injectable()
export class SessionCookies {
  private readonly ownOrigin: string;

  constructor(
    { values }: Config,
    private readonly host: HttpAdapterHost,
  ) {
    this.ownOrigin = new URL(values.PUBLIC_URL).origin;
  }

  /** @throws CrossSite when no page of our own origin sent the request */
  assertSameOrigin(request: FastifyRequest): void {
    if (!isSameOrigin(request, this.ownOrigin)) throw new CrossSite();
  }

  /** The answer without its tokens, which go into cookies that live as long as they do. */
  take({ tokens, ...answer }: WithTokens, reply: FastifyReply): WithTokens {
    if (!tokens) return answer;
    const { httpAdapter } = this.host;
    httpAdapter.setCookie(reply, ACCESS_COOKIE, tokens.access_token, { ...accessPlace, maxAge: tokens.expires_in });
    httpAdapter.setCookie(reply, REFRESH_COOKIE, tokens.refresh_token, {
      ...refreshPlace,
      maxAge: REFRESH_TTL_MS / 1000,
    });
    return answer;
  }

  clear(reply: FastifyReply): void {
    this.host.httpAdapter.clearCookie(reply, ACCESS_COOKIE, accessPlace);
    this.host.httpAdapter.clearCookie(reply, REFRESH_COOKIE, refreshPlace);
  }
}
