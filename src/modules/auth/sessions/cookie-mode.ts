import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBody, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { map, type Observable, tap } from 'rxjs';
import { exchangeOf } from '../../../platform/limits/limited.js';
import { InvalidRefreshToken } from '../auth.problems.js';
import { accessCookieOf, refreshCookieOf, SessionCookies, type WithTokens } from './session-cookies.js';

/** Whether the body names cookie mode; it has not met its schema yet. */
const namesCookieMode = ({ body }: FastifyRequest): boolean =>
  typeof body === 'object' && body !== null && 'mode' in body && body.mode === 'cookie';

/** Whether the access guard let somebody in by the cookie. */
const cameByCookie = (request: FastifyRequest & { user?: unknown }): boolean =>
  request.user !== undefined && accessCookieOf(request) !== undefined;

/** Puts the tokens of an answer into cookies where the body asks for it, or the caller came by cookie. */
@Injectable()
export class TokensInterceptor implements NestInterceptor {
  constructor(private readonly cookies: SessionCookies) {}

  intercept(context: ExecutionContext, next: CallHandler<WithTokens>): Observable<WithTokens> {
    const { request, reply } = exchangeOf(context);
    if (!namesCookieMode(request) && !cameByCookie(request)) return next.handle();
    this.cookies.assertSameOrigin(request);
    return next.handle().pipe(map((answer) => this.cookies.take(answer, reply)));
  }
}

/** Takes the refresh token from its cookie where there is no body; then the next ones go into cookies too. */
@Injectable()
export class RefreshCookieInterceptor implements NestInterceptor {
  constructor(private readonly cookies: SessionCookies) {}

  intercept(context: ExecutionContext, next: CallHandler<WithTokens>): Observable<WithTokens> {
    const { request, reply } = exchangeOf(context);
    const token = request.body === undefined ? refreshCookieOf(request) : undefined;
    if (token === undefined) return next.handle();
    this.cookies.assertSameOrigin(request);
    if (token === null) throw new InvalidRefreshToken();
    request.body = { refresh_token: token };
    return next.handle().pipe(map((answer) => this.cookies.take(answer, reply)));
  }
}

/** Clears the cookies of a caller who came by them, when what ends the session has succeeded. */
@Injectable()
export class EndingInterceptor implements NestInterceptor {
  constructor(private readonly cookies: SessionCookies) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { request, reply } = exchangeOf(context);
    return next.handle().pipe(tap(() => cameByCookie(request) && this.cookies.clear(reply)));
  }
}

/** For the contract of routes that take `mode`. */
export const cookieModeNote =
  'With `"mode": "cookie"` the answer sets two cookies and has no tokens: for pages of this origin (docs/browsers.md).';

/** For routes that answer `tokens`: in cookie mode they go into cookies, and the answer has none. */
export const GivesTokens = () => UseInterceptors(TokensInterceptor);

/** For the route that takes a refresh token: in cookie mode there is no body, and the cookie has it. */
export const TakesRefreshCookie = () =>
  applyDecorators(
    UseInterceptors(RefreshCookieInterceptor),
    ApiBody({ required: false }),
    ApiSecurity({}),
    ApiSecurity('refresh_cookie'),
  );

/** For routes that end the session of the caller. */
export const EndsSession = () => UseInterceptors(EndingInterceptor);
