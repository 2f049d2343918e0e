import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Clock } from '../clock.js';
import { invalidRequest } from '../http/invalid-request.js';
import { IdempotencyKeyReused, InProgress } from '../http/request.problems.js';
import { Problems } from '../http/returns.js';
import { Fingerprints, type KeyHolder } from './fingerprints.js';
import { DoneBefore, KeyedRequest, type Made } from './keyed-request.js';

/** For how long a request that is sent again has no second effect. */
const KEPT_MS = 24 * 60 * 60 * 1000;

const HEADER = 'idempotency-key';
const CHARACTERS_MAX = 255;
const visibleAscii = new RegExp(`^[!-~]{1,${CHARACTERS_MAX}}$`);
const AGAIN = 'daybook:again';

/** Answers a request that was done before, from what it made, as things are now. */
type Again<Controller, Caller> = (
  controller: Controller,
  caller: Caller,
  made: readonly Made[],
  reply: FastifyReply,
) => unknown;

/** A request with who asks. */
type Asked = FastifyRequest & { user?: KeyHolder };

/** Puts a request's Idempotency-Key on the principal, and has a request that was done before answered anew. */
@Injectable()
export class RepeatInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    private readonly fingerprints: Fingerprints,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Asked>();
    const { [HEADER]: key } = request.headers;
    return key === undefined ? next.handle() : from(this.run(String(key), request, context, next));
  }

  private async run(key: string, request: Asked, context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const caller = request.user;
    if (!caller) throw new Error('this route is open without signing in, so nobody has keys here');
    const keyed = this.keyedOf(key, caller, request);
    request.user = { ...caller, keyed };
    try {
      const answer: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      if (!keyed.isRecorded) throw new Error('a handler with @Repeatable did not say what it made');
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof DoneBefore)) throw thrown;
      const reply = context.switchToHttp().getResponse<FastifyReply>().status(thrown.status);
      const again = this.reflector.get<Again<unknown, KeyHolder>>(AGAIN, context.getHandler());
      return again(this.modules.get(context.getClass(), { strict: false }), caller, thrown.made, reply);
    }
  }

  private keyedOf(key: string, caller: KeyHolder, { method, url, body }: FastifyRequest): KeyedRequest {
    if (!visibleAscii.test(key))
      throw invalidRequest([
        { pointer: `#/header/${HEADER}`, detail: `must be 1 to ${CHARACTERS_MAX} visible ASCII characters` },
      ]);
    const times = { now: this.clock.now(), expiresAt: this.clock.in(KEPT_MS) };
    return new KeyedRequest(key, this.fingerprints.of(caller, key, { method, url, body }), times);
  }
}

/**
 * Lets a POST be sent again with the same `Idempotency-Key`: it has its effect once. The handler's service says what it
 * made, in its transaction: `caller.keyed?.made(201, { id, version })`. A handler that makes one thing takes it out of the
 * list by `theOne`.
 * @param again called in the place of the handler for a request that was done before; may set headers, not the status
 */
export const Repeatable = <Controller, Caller extends KeyHolder>(again: Again<Controller, Caller>) =>
  applyDecorators(
    SetMetadata(AGAIN, again),
    UseInterceptors(RepeatInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'a text of your own, new for each request that is meant anew: for 24 hours the same key and body have their ' +
        'effect once, however often they are sent',
      schema: { type: 'string', minLength: 1, maxLength: CHARACTERS_MAX, pattern: '^[!-~]+$' },
    }),
    Problems(IdempotencyKeyReused, InProgress),
  );

/** What was made by a handler that makes one thing. */
export function theOne([made, ...more]: readonly Made[]): Made {
  if (!made || more.length > 0) throw new Error('a record of one thing has another number of them');
  return made;
}
