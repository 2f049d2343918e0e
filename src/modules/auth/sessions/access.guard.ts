import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPublic, PUBLIC_ROUTES, type PublicRoutes } from '../../../platform/http/public-routes.js';
import { SCOPE, type Scope } from '../../../platform/http/scopes.js';
import { API_KEY } from '../api-keys/api-key.strategy.js';
import { InsufficientScope, SignedOut } from '../auth.problems.js';
import { Limits } from '../../../platform/limits/limits.js';
import { stranger } from '../../../platform/limits/limits.guard.js';
import type { Caller } from '../caller.js';
import { Unlocked } from '../unlocked.js';
import { ACCESS } from './access.strategy.js';
import { COOKIE } from './cookie.strategy.js';
import { accessCookieOf, SessionCookies } from './session-cookies.js';

/** Closes every route that is not on the list of open ones, and puts the caller on the request. */
@Injectable()
export class AccessGuard extends AuthGuard([ACCESS, COOKIE, API_KEY]) {
  constructor(
    @Inject(PUBLIC_ROUTES) private readonly routes: PublicRoutes,
    private readonly reflector: Reflector,
    private readonly limits: Limits,
    private readonly cookies: SessionCookies,
    private readonly unlocked: Unlocked,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { user?: Caller }>();
    if (isPublic(this.routes, request)) return true;
    if (accessCookieOf(request) !== undefined) this.cookies.assertSameOrigin(request);
    try {
      await super.canActivate(context);
    } catch (refusal) {
      // Only whoever is refused is counted: a neighbour at the same address who is signed in is not held up.
      if (refusal instanceof SignedOut) await this.limits.take([stranger], { request, reply: http.getResponse() });
      throw refusal;
    }
    this.wipeAfterwards(request.user, http.getResponse<FastifyReply>());
    this.assertScope(context, request.user);
    return true;
  }

  /**
   * The key lives as long as the answer is on its way, and for a moment of work that waits for it; a wiped key refuses to be
   * used. An API key brings no such work along: whoever has it was given what its scopes say.
   */
  private wipeAfterwards(caller: Caller | undefined, reply: FastifyReply): void {
    if (caller?.tier !== 'uce' || !caller.master) return;
    const open = { ...caller, master: caller.master };
    reply.raw.once(
      'close',
      () => void this.unlocked.afterAnswer(open, open.sessionId).finally(() => open.master.wipe()),
    );
  }

  /** Scopes belong to API keys: a session may do everything. */
  private assertScope(context: ExecutionContext, caller: Caller | undefined): void {
    if (!caller?.apiKey) return;
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!scope || !caller.apiKey.scopes.includes(scope))
      throw new InsufficientScope({ ...(scope && { required_scope: scope }) });
  }

  /** Whatever is wrong with a token, the answer is the same: it is no use to say more. */
  override handleRequest<User>(error: unknown, user: User | false): User {
    if (user) return user;
    // What is wrong with the token comes as no user; an error is a fault of ours.
    if (error !== null && error !== undefined) throw error;
    throw new SignedOut();
  }
}
