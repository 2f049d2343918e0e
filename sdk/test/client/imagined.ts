import { setImmediate } from 'node:timers/promises';
import type { SessionRecord } from '../../src/session-store.js';
import type { Surroundings } from '../../src/surroundings.js';

const TURNS = 10;

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** A request that reached the imagined server. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string | null;
  readonly body: string;
  readonly init: RequestInit;
}

export type Answering = (asked: Asked, n: number) => Response | Error | Promise<Response>;

/** A network and a clock that exist in the test alone: time passes only where `run` finds that all are waiting for it. */
export class Imagined implements Surroundings {
  readonly asked: Asked[] = [];
  /** What was slept, without the time limits of tries. */
  readonly waits: number[] = [];
  jitter = 1;
  #now = Date.UTC(2026, 0, 1);
  #timers: Timer[] = [];

  constructor(
    public answer: Answering,
    private readonly tryTimeoutsMs: readonly number[] = [15_000, 4_000],
  ) {}

  readonly now = () => this.#now;
  readonly random = () => this.jitter;

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname } = new URL(url);
    const body = init.body instanceof ArrayBuffer ? new TextDecoder().decode(init.body) : '';
    const token = new Headers(init.headers).get('authorization');
    const asked = { method: init.method ?? 'GET', path: pathname, token, body, init };
    const answer = await this.answer(asked, this.asked.push(asked));
    if (answer instanceof Error) throw answer;
    return answer;
  };

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (!this.tryTimeoutsMs.includes(ms)) this.waits.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) reject(signal.reason as Error);
      const timer = { at: this.#now + ms, ring: resolve };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal.reason as Error);
      });
    });
  };

  pass(ms: number): void {
    this.#now += ms;
  }

  /** Lets `work` go on to its end, and time pass whenever nothing else happens. */
  async run<T>(work: Promise<T>): Promise<T> {
    const end = { isHere: false };
    const note = () => void (end.isHere = true);
    work.then(note, note);
    for (await turns(); !end.isHere; await turns()) this.#ringNext();
    return work;
  }

  #ringNext(): void {
    const [next, ...later] = this.#timers.toSorted((a, b) => a.at - b.at);
    if (!next) throw new Error('nothing happens any more');
    this.#timers = later;
    this.#now = Math.max(this.#now, next.at);
    next.ring();
  }
}

async function turns(): Promise<void> {
  for (let n = 0; n < TURNS; n++) await setImmediate();
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

export const refusal = (status: number, type: string, headers: Record<string, string> = {}): Response =>
  json(status, { type, title: type, status, detail: 'A sentence.', instance: 'urn:uuid:1' }, headers);

/** A server that never answers. */
export const silence = ({ init }: Asked): Promise<Response> =>
  new Promise((_, reject) => {
    init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
  });

export const url = 'https://diary.example.org';

export const tokens = (n: number) => ({
  access_token: `access-${n}`,
  refresh_token: `refresh-${n}`,
  token_type: 'bearer' as const,
  expires_in: 900,
});

/** A session that begins now and lasts fifteen minutes. */
export const sessionAt = (now: number): SessionRecord => ({
  url,
  tier: 'uce',
  user: {
    id: '019a0000-0000-7000-8000-000000000001',
    email: 'ada@example.com',
    is_email_verified: false,
    tier: 'uce',
    display_name: null,
    time_zone: null,
    locale: null,
    settings: { versions_kept: 1_000 },
    created_at: '',
  },
  tokens: tokens(1),
  expires_at: now + 900_000,
});
