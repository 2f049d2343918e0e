import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Agent, type Dispatcher, request as send } from 'undici';
import { Clock } from '../clock.js';
import { Config } from '../config/config.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { AddressRefused, guardedAgent, type GuardOptions, withoutBrackets } from './guarded-agent.js';
import { OutboundFailed, type OutboundReason } from './outbound-failed.js';

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 1024 * 1024;

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, string>>;
  /** In all, from looking the name up to the last byte; 5 s at most, which is what it is unless said. */
  readonly timeoutMs?: number;
}

export interface OutboundAnswer {
  readonly status: number;
  /** Names in lower case. Cookies are dropped. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What tests may set, and nothing else does. */
export type OutboundOptions = Partial<Pick<GuardOptions, 'resolve' | 'isPublic'>> & {
  readonly timeoutMs?: number;
  readonly answerBytesMax?: number;
};

/**
 * All HTTP requests to other services go through here. They go over https, to origins that the caller names and to public
 * addresses alone; they follow no redirect, keep no cookie, use no proxy, and end in time.
 */
@Injectable()
export class Outbound implements OnApplicationShutdown {
  private readonly allowedPrivate: ReadonlySet<string>;
  private readonly breakers = new Map<string, CircuitBreaker>();
  private readonly timeoutMs: number;
  private readonly answerBytesMax: number;
  private readonly agent: Agent;

  constructor(
    { values }: Pick<Config, 'values'>,
    private readonly clock: Clock,
    { timeoutMs = TIMEOUT_MS, answerBytesMax = ANSWER_BYTES_MAX, ...guard }: OutboundOptions = {},
  ) {
    this.allowedPrivate = new Set(values.OUTBOUND_ALLOWED_PRIVATE.map(withoutBrackets));
    this.timeoutMs = timeoutMs;
    this.answerBytesMax = answerBytesMax;
    this.agent = guardedAgent({ ...guard, allowedPrivate: this.allowedPrivate, connectTimeoutMs: timeoutMs });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /**
   * @param origins the only ones that this request may go to, such as `https://graph.facebook.com`
   * @throws OutboundFailed; an answer of any status but a redirect is no failure here
   */
  async request(origins: readonly string[], asked: OutboundRequest): Promise<OutboundAnswer> {
    const { url } = asked;
    this.assertAllowed(origins, url);
    const breaker = this.breakerOf(url);
    if (!breaker.mayTry()) throw new OutboundFailed('resting', url.host);
    try {
      const answer = await this.exchange(asked);
      if (answer.status >= 500) breaker.failed();
      else breaker.succeeded();
      return answer;
    } catch (error) {
      breaker.failed();
      throw error;
    }
  }

  private assertAllowed(origins: readonly string[], url: URL): void {
    const { protocol, origin, host, hostname, port, username, password } = url;
    const isListed = origins.some((allowed) => new URL(allowed).origin === origin);
    const isPlain = protocol === 'http:' && this.allowedPrivate.has(`${withoutBrackets(hostname)}:${port || '80'}`);
    const isBare = username === '' && password === '';
    if (!isListed || !(protocol === 'https:' || isPlain) || !isBare) throw new OutboundFailed('refused', host);
  }

  private breakerOf({ origin }: URL): CircuitBreaker {
    const known = this.breakers.get(origin);
    if (known) return known;
    const made = new CircuitBreaker(this.clock);
    this.breakers.set(origin, made);
    return made;
  }

  private async exchange({ method, url, headers, form, timeoutMs }: OutboundRequest): Promise<OutboundAnswer> {
    const signal = AbortSignal.timeout(Math.min(timeoutMs ?? this.timeoutMs, this.timeoutMs));
    try {
      const response = await send(url, {
        dispatcher: this.agent,
        method,
        signal,
        headers: {
          'user-agent': 'Daybook',
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(form && { body: new URLSearchParams(form).toString() }),
      });
      return await this.read(url.host, response);
    } catch (error) {
      throw error instanceof OutboundFailed ? error : failureOf(error, url.host, signal.aborted);
    }
  }

  private async read(host: string, { statusCode, headers, body }: Dispatcher.ResponseData): Promise<OutboundAnswer> {
    const chunks: Buffer[] = [];
    let length = 0;
    const isRedirect = statusCode >= 300 && statusCode < 400 && statusCode !== 304;
    try {
      if (isRedirect) throw new OutboundFailed('redirect', host, statusCode);
      for await (const chunk of body) {
        const bytes: Buffer = chunk;
        length += bytes.length;
        if (length > this.answerBytesMax) throw new OutboundFailed('too-large', host, statusCode);
        chunks.push(bytes);
      }
    } finally {
      // What is not read would hold its connection; that it was broken off is no news.
      body.on('error', () => undefined).destroy();
    }
    return { status: statusCode, headers: plainHeaders(headers), body: Buffer.concat(chunks) };
  }
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const plain = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return Object.fromEntries(plain.filter(([name]) => name !== 'set-cookie'));
}

/** The library's own errors quote what was sent or received, so nothing of them is kept but a code. */
function failureOf(error: unknown, host: string, isLate: boolean): OutboundFailed {
  if (error instanceof AddressRefused) return new OutboundFailed('refused', host);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  const reason: OutboundReason = isLate || code?.includes('TIMEOUT') ? 'timeout' : 'unreachable';
  return new OutboundFailed(reason, host, undefined, isLate ? undefined : code);
}
