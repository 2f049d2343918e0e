import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Clock } from './clock.js';
import type { Principal } from './database/database.js';

const ITEMS_MAX = 50;
const SLICE_MS = 200;
/** How often a session's requests bring such work along by themselves. */
const PAUSE_MS = 60_000;
/** Longer than this no key waits for work: what is not done by then fails, and is done another time. */
const WAIT_MS_MAX = 2_000;
const SESSIONS_MAX = 10_000;

/** How much one slice of work may do: at most 50 items, and 200 ms from the first of them on. */
export class Slice {
  private items = ITEMS_MAX;
  private end = Infinity;

  /** How many items may still be taken; none when the time is up. */
  get left(): number {
    return performance.now() < this.end ? this.items : 0;
  }

  /** Counts one item; false when it may not be taken any more. */
  take(): boolean {
    if (this.left === 0) return false;
    this.items--;
    this.end = Math.min(this.end, performance.now() + SLICE_MS);
    return true;
  }
}

/** Who asks, with the key that the request opened. */
export interface Unlocking extends Principal {
  readonly master: object;
}

/** Work on what only the user's own key opens. It keeps its place itself, and may be stopped after any slice. */
export interface UnlockedWork<Caller extends Unlocking> {
  /** Does one slice, in the name of `caller`, whose key is open until it returns. */
  advance(caller: Caller, slice: Slice): Promise<void>;
}

/**
 * The socket for work that needs an open key, which no job may hold: it advances after an answer of the owner's own request,
 * never before: at most once a minute per session, or when the request was about that work. Who opens keys says what a caller is.
 */
@Injectable()
export abstract class OnUnlock<Caller extends Unlocking> implements BeforeApplicationShutdown {
  private readonly logger = new Logger(OnUnlock.name);
  private readonly works: UnlockedWork<Caller>[] = [];
  /** By session: when it last brought work along. */
  private readonly lastAt = new Map<string, number>();
  /** By user: the slice that is being done, so that two requests of one user do not do the same work. */
  private readonly slices = new Map<string, Promise<void>>();
  /** By key: what was begun with it. */
  private readonly begun = new WeakMap<object, Promise<void>>();
  /** Keys whose request asked for work in so many words. */
  private readonly urged = new WeakSet<object>();
  private isClosing = false;

  constructor(private readonly clock: Clock) {}

  plug(work: UnlockedWork<Caller>): void {
    this.works.push(work);
  }

  /** Lets work follow the answer to this request, however long ago the last was. */
  urge({ master }: Caller): void {
    this.urged.add(master);
  }

  /** Does a slice of all that is waiting; when one is being done for this user already, waits for that one. */
  advance(caller: Caller): Promise<void> {
    if (this.isClosing) return Promise.resolve();
    const current = this.slices.get(caller.userId);
    if (current) return current;
    const slice = this.work(caller).finally(() => this.slices.delete(caller.userId));
    this.slices.set(caller.userId, slice);
    this.begun.set(caller.master, slice);
    return slice;
  }

  /**
   * To be called when an answer is out, and before its key is wiped: resolves when the key is not needed any more.
   * @param session what brings work along once a minute; null where it does not
   */
  async afterAnswer(caller: Caller, session: string | null): Promise<void> {
    if (this.urged.has(caller.master) || this.isDue(session)) void this.advance(caller);
    const begun = this.begun.get(caller.master);
    if (!begun) return;
    const limit = new AbortController();
    await Promise.race([begun, sleep(WAIT_MS_MAX, undefined, { signal: limit.signal, ref: false })]);
    limit.abort();
  }

  /** No slice is begun any more, and none is cut off: the database closes after this. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    await Promise.all(this.slices.values());
  }

  private isDue(session: string | null): boolean {
    if (session === null || this.works.length === 0) return false;
    const now = this.clock.now().getTime();
    const last = this.lastAt.get(session);
    if (last !== undefined && now - last < PAUSE_MS) return false;
    this.lastAt.delete(session);
    this.lastAt.set(session, now);
    // The oldest first: a map remembers in which order it was filled.
    for (const [other, at] of this.lastAt) {
      if (now - at < PAUSE_MS && this.lastAt.size <= SESSIONS_MAX) break;
      this.lastAt.delete(other);
    }
    return true;
  }

  private async work(caller: Caller): Promise<void> {
    const slice = new Slice();
    for (const work of this.works) {
      try {
        await work.advance(caller, slice);
      } catch (error) {
        this.logger.warn({ msg: 'work for an open key failed', err: error });
      }
    }
  }
}
