import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { type Exchange, Limits } from './limits.js';
import type { Policy } from './policy.js';

const POLICIES = 'limits';

export const exchangeOf = (context: ExecutionContext): Exchange => {
  const http = context.switchToHttp();
  return { request: http.getRequest<FastifyRequest>(), reply: http.getResponse<FastifyReply>() };
};

/** Takes a route's tries before its work, and settles them when it is known how it ended. */
@Injectable()
export class LimitsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: Limits,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return from(this.run(context, next));
  }

  private async run(context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const policies = this.reflector.get<readonly Policy[]>(POLICIES, context.getHandler());
    const tries = await this.limits.take(policies, exchangeOf(context));
    try {
      const answer: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      await tries.end();
      return answer;
    } catch (failure) {
      await tries.end(failure);
      throw failure;
    }
  }
}

/** The limits of a route, beside the general one: looked at in this order, so the one of the client address comes first. */
export const Limited = (...policies: Policy[]) =>
  applyDecorators(SetMetadata(POLICIES, policies), UseInterceptors(LimitsInterceptor));
