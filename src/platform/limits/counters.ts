import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Policy } from './policy.js';

/** How somebody stands after a try was taken. */
export interface Standing {
  readonly isOver: boolean;
  /** Tries left in this window. */
  readonly left: number;
  /** Until there are more again. */
  readonly resetMs: number;
  /** Whether this try is one that was waited for, and closed the door behind it. */
  readonly isAwaited?: boolean;
}

/** Counts the tries of one policy, by key. */
export interface Counter {
  take(key: string): Promise<Standing>;
  /** Undoes a `take` that let the try through. */
  giveBack(key: string, taken: Standing): Promise<void>;
  forget(key: string): Promise<void>;
}

const over = ({ msBeforeNext }: RateLimiterRes): Standing => ({ isOver: true, left: 0, resetMs: msBeforeNext });

/** A refusal of the limiter comes as a rejection with its result; anything else is a fault. */
async function consume(limiter: RateLimiterAbstract, key: string, seconds?: number) {
  try {
    const options = seconds === undefined ? {} : { customDuration: seconds };
    return { isLetThrough: true, result: await limiter.consume(key, 1, options) };
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { isLetThrough: false, result: refused };
    throw refused;
  }
}

/** So many in a window; then none until it ends. */
export class WindowCounter implements Counter {
  constructor(private readonly limiter: RateLimiterAbstract) {}

  async take(key: string): Promise<Standing> {
    const { isLetThrough, result } = await consume(this.limiter, key);
    if (!isLetThrough) return over(result);
    return { isOver: false, left: result.remainingPoints, resetMs: result.msBeforeNext };
  }

  async giveBack(key: string): Promise<void> {
    await this.limiter.reward(key);
  }

  async forget(key: string): Promise<void> {
    await this.limiter.delete(key);
  }
}

/**
 * So many in a window, then one after each wait, every wait twice as long as the one before. The door is a key that lives
 * as long as the wait; whoever makes it is the one that is let through, so of many at once there is one.
 */
export class WaitingCounter implements Counter {
  constructor(
    private readonly tries: RateLimiterAbstract,
    private readonly door: RateLimiterAbstract,
    private readonly waits: NonNullable<Policy['waits']>,
  ) {}

  async take(key: string): Promise<Standing> {
    const closed = await this.door.get(key);
    if (closed && closed.msBeforeNext > 0) return over(closed);
    const counted = await this.tries.penalty(key);
    const excess = counted.consumedPoints - this.tries.points;
    if (excess < 0) return { isOver: false, left: -excess, resetMs: counted.msBeforeNext };
    const { isLetThrough, result } = await consume(this.door, key, this.waitSeconds(excess));
    if (isLetThrough) return { isOver: false, left: 0, resetMs: result.msBeforeNext, isAwaited: true };
    await this.tries.reward(key);
    return over(result);
  }

  async giveBack(key: string, { isAwaited }: Standing): Promise<void> {
    const counted = await this.tries.reward(key);
    // Of several at once another may have closed the door, when this one still seemed to count.
    if (isAwaited || counted.consumedPoints < this.tries.points) await this.door.delete(key);
  }

  async forget(key: string): Promise<void> {
    await this.tries.delete(key);
    await this.door.delete(key);
  }

  private waitSeconds(excess: number): number {
    return Math.min(this.waits.secondsMin * 2 ** excess, this.waits.secondsMax);
  }
}
