import { hmacSha256, toBase64url, utf8 } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { TooManyRequests } from '../http/request.problems.js';
import { Metrics } from '../metrics/metrics.js';
import { Secrets } from '../secrets/keyring.js';
import { CounterStore } from './counter-store.js';
import { type Counter, type Standing, WaitingCounter, WindowCounter } from './counters.js';
import { policies, type Policy } from './policy.js';
import { announce, quotaOf } from './rate-limit-headers.js';
import { type Taken, Tries } from './tries.js';

const LABEL = 'limits';

type RefusedCounter = ReturnType<typeof Metrics.prototype.counter<'limit'>>;

/** A request and its answer, on which the headers are told. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** How often somebody may do something (docs/limits.md). */
@Injectable()
export class Limits {
  private readonly isOn: boolean;
  private readonly factor: number;
  private readonly key: Uint8Array;
  private readonly counters = new Map<Policy, Counter>();
  private readonly refused: RefusedCounter;

  constructor(
    { values }: Config,
    secrets: Secrets,
    private readonly store: CounterStore,
    metrics: Metrics,
  ) {
    this.refused = metrics.counter('daybook_limits_refused_total', 'Requests that were over a limit', ['limit']);
    for (const limit of policies.keys()) this.refused.inc({ limit }, 0);
    this.isOn = values.LIMITS === 'on';
    this.factor = values.LIMITS_FACTOR;
    this.key = hmacSha256(secrets.sessionPeppers.current.key, utf8(LABEL));
  }

  /**
   * Takes one try of each policy, in their order. Whoever got it says how it ended (`Tries.end`) where that matters.
   * When one is over the limit, those before it get theirs back: who is refused for one reason is not counted for others.
   * @throws TooManyRequests
   */
  async take(policies: readonly Policy[], { request, reply }: Exchange): Promise<Tries> {
    const tries = new Tries();
    if (!this.isOn) return tries;
    for (const policy of policies) {
      const subject = policy.by.of(request);
      if (subject === undefined) continue;
      const taken = await this.takeOne(policy, subject);
      announce({ request, reply }, quotaOf(policy, this.pointsOf(policy)), taken.standing);
      if (taken.standing.isOver) {
        await tries.undo();
        this.refused.inc({ limit: policy.name });
        throw tooMany(taken.standing);
      }
      tries.add(taken, (standing) => announce({ request, reply }, quotaOf(policy, this.pointsOf(policy)), standing));
    }
    return tries;
  }

  private async takeOne(policy: Policy, subject: string): Promise<Taken> {
    const counter = this.counterOf(policy);
    const key = this.keyOf(policy, subject);
    return { policy, counter, key, points: this.pointsOf(policy), standing: await counter.take(key) };
  }

  /** What a store sees instead of an address or a name: nobody without the pepper can tell whose it is. */
  private keyOf({ name }: Policy, subject: string): string {
    return toBase64url(hmacSha256(this.key, utf8(`${name}\0${subject}`)));
  }

  private counterOf(policy: Policy): Counter {
    const known = this.counters.get(policy);
    if (known) return known;
    const { name, seconds, waits } = policy;
    const tries = this.store.limiter(name, this.pointsOf(policy), seconds);
    const made = waits
      ? new WaitingCounter(tries, this.store.limiter(`${name}:door`, 1, waits.secondsMax), waits)
      : new WindowCounter(tries);
    this.counters.set(policy, made);
    return made;
  }

  private pointsOf({ points }: Policy): number {
    return Math.max(1, Math.round(points * this.factor));
  }
}

function tooMany({ resetMs }: Standing): Error {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return new TooManyRequests({
    detail: `There were too many tries. Send the request again in ${seconds} seconds.`,
    retry_after_seconds: seconds,
  });
}
