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
import type { Counter } from 'prom-client';
import { type Observable, tap } from 'rxjs';
import { problemOf } from '../../../platform/http/problem.filter.js';
import { Metrics } from '../../../platform/metrics/metrics.js';

const WAY = 'auth:way-in';

/** The ways into an account. */
const WAYS = ['signup', 'password', 'refresh', 'recovery-code', 'reset'] as const;
export type WayIn = (typeof WAYS)[number];

/** One counter for all routes that lead into an account; how often, and how it ended: never who. */
@Injectable()
export class SignInCounts {
  private readonly counts: Counter<'way' | 'outcome'>;

  constructor(metrics: Metrics) {
    this.counts = metrics.counter('daybook_sign_ins_total', 'Tries to get into an account, by way and outcome', [
      'way',
      'outcome',
    ]);
    // An alert compares failures with successes: with none of them, too.
    for (const way of WAYS) this.counts.inc({ way, outcome: 'ok' }, 0);
  }

  /** @param failure what it ended with, where it did not succeed: told by the type of its problem */
  count(way: WayIn, failure?: unknown): void {
    this.counts.inc({ way, outcome: failure === undefined ? 'ok' : problemOf(failure).type });
  }
}

@Injectable()
export class WayInInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly counts: SignInCounts,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const way = this.reflector.get<WayIn>(WAY, context.getHandler());
    return next
      .handle()
      .pipe(tap({ next: () => this.counts.count(way), error: (failure: unknown) => this.counts.count(way, failure) }));
  }
}

/** Marks a route that leads into an account. Stands below `@Limited`, and so around it: what that refuses is counted too. */
export const LeadsIn = (way: WayIn) => applyDecorators(SetMetadata(WAY, way), UseInterceptors(WayInInterceptor));
