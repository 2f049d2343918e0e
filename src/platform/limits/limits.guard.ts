import { applyDecorators, type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import { exchangeOf } from './limited.js';
import { Limits } from './limits.js';
import { policy } from './policy.js';
import { byAddress, byUser, principalOf } from './subjects.js';

/** What somebody who is signed in may do at all. */
const user = policy({ name: 'user', points: 3_000, seconds: 60, by: byUser, counts: 'tries' });

/** What may come from one client address without being signed in, refused access tokens included. */
export const stranger = policy({ name: 'stranger', points: 300, seconds: 60, by: byAddress, counts: 'tries' });

/** Marks operations that are not limited, for the document's builder (openapi.ts). */
export const UNLIMITED = 'x-unlimited';

/** For probes: whoever watches the server must not be locked out of watching. */
export const Unlimited = () => applyDecorators(SetMetadata(UNLIMITED, true), ApiExtension(UNLIMITED, true));

/** The general limit of every route. Runs after the access guard, which counts those it refuses itself. */
@Injectable()
export class LimitsGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: Limits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<true | undefined>(UNLIMITED, [context.getHandler(), context.getClass()]))
      return true;
    const exchange = exchangeOf(context);
    await this.limits.take([principalOf(exchange.request) ? user : stranger], exchange);
    return true;
  }
}
