import { type Api, createApi, type Schemas, unwrap } from './api.js';
import { AnswerRefused, DaybookProblem, SignedOut } from './problems.js';
import type { SessionRecord, SessionStore } from './session-store.js';
import { orAborted, type Surroundings } from './surroundings.js';
import type { Call, Handling, Transport } from './transport.js';

/** What a session is made of. */
export interface SessionParts {
  readonly record: SessionRecord;
  readonly store: SessionStore;
  readonly transport: Transport;
  readonly around: Surroundings;
  /** Called once, when the session is over. */
  readonly onEnd?: () => void;
}

/** Refreshed this long before the access token ends. */
const refreshAheadMs = 30_000;

/** Well under the 10 s in which the server answers the same refresh token again. */
const refreshTimeoutMs = 4_000;

/** Sends the calls of one signed-in user, and keeps the tokens fresh: one refresh at a time, shared by all calls. */
export class Session {
  readonly #store: SessionStore;
  readonly #transport: Transport;
  readonly #around: Surroundings;
  readonly #refreshing: Api;
  readonly #onEnd: () => void;
  #record: SessionRecord | undefined;
  #renewal: Promise<void> | undefined;

  constructor({ record, store, transport, around, onEnd = () => undefined }: SessionParts) {
    this.#record = record;
    this.#store = store;
    this.#transport = transport;
    this.#around = around;
    this.#onEnd = onEnd;
    const send = (call: Call) => transport.send(call, { isRepeatable: true, tryTimeoutMs: refreshTimeoutMs });
    this.#refreshing = createApi(record.url, send);
  }

  /** @throws SignedOut once it is over */
  get record(): SessionRecord {
    if (!this.#record) throw new SignedOut('ended');
    return this.#record;
  }

  /** @throws SignedOut once it is over */
  assertOpen(): void {
    if (!this.#record) throw new SignedOut('ended');
  }

  /** Keeps more, or something else, with the session. @throws SignedOut */
  async keep(more: Partial<SessionRecord>): Promise<void> {
    this.#record = { ...this.record, ...more };
    await this.#store.save(this.#record);
  }

  /** Forgets the session here; the server is not told. */
  async end(): Promise<void> {
    const isFirst = this.#record !== undefined;
    this.#record = undefined;
    if (isFirst) this.#onEnd();
    await this.#store.clear();
  }

  /**
   * The answer to a call, with the user's token; after a 401 for the token's sake, refreshed and sent once more.
   * A call with an `Authorization` of its own is sent as it is.
   * @throws SignedOut; as `Transport.send`
   */
  async send(call: Call, handling: Handling): Promise<Response> {
    if (call.headers.has('authorization')) return this.#transport.send(call, handling);
    await this.#refreshIfDue(call.signal);
    const token = this.record.tokens.access_token;
    const answer = await this.#transport.send(signed(call, token), handling);
    if (!(await isForTheToken(answer))) return answer;
    await orAborted(this.#renew(token), call.signal);
    return this.#transport.send(signed(call, this.record.tokens.access_token), handling);
  }

  /** A refresh ahead of time may fail as long as the token still lives. */
  async #refreshIfDue(signal?: AbortSignal): Promise<void> {
    const { tokens, expires_at: expiresAt } = this.record;
    if (this.#around.now() < expiresAt - refreshAheadMs) return;
    const renewal = this.#renew(tokens.access_token).catch((error: unknown) => {
      if (error instanceof SignedOut || this.#around.now() >= expiresAt) throw error;
    });
    await orAborted(renewal, signal);
  }

  /** @param spent the access token that no longer serves: when there is another by now, nothing is to do */
  async #renew(spent: string): Promise<void> {
    if (this.record.tokens.access_token !== spent) return;
    this.#renewal ??= this.#refresh(spent).finally(() => (this.#renewal = undefined));
    await this.#renewal;
  }

  async #refresh(spent: string): Promise<void> {
    if (await this.#adoptStored(spent)) return;
    const askedAt = this.#around.now();
    const tokens = tokensOf(await this.#askForTokens(this.record.tokens.refresh_token));
    await this.keep({ tokens, expires_at: expiryOf(tokens, askedAt) });
  }

  /** Whether someone else with the same store (another tab) has refreshed meanwhile. */
  async #adoptStored(spent: string): Promise<boolean> {
    const stored = await this.#store.load();
    const isNewer = stored?.user.id === this.record.user.id && stored.tokens.access_token !== spent;
    if (!isNewer) return false;
    this.#record = stored;
    return true;
  }

  async #askForTokens(refreshToken: string): Promise<Schemas['Refreshed']> {
    try {
      return unwrap(await this.#refreshing.POST('/api/v1/auth/refresh', { body: { refresh_token: refreshToken } }));
    } catch (cause) {
      if (!(cause instanceof DaybookProblem && cause.status === 401)) throw cause;
      await this.end();
      throw new SignedOut('ended', { cause });
    }
  }
}

/** The tokens of an answer. The server leaves them out where cookies are asked for, which this client never does. */
export function tokensOf({ tokens }: Schemas['Refreshed']): Schemas['Tokens'] {
  if (!tokens) throw new AnswerRefused('tokens');
  return tokens;
}

/** When an access token ends, in milliseconds since 1970; `askedAt` is before its making, so it errs on the safe side. */
export function expiryOf(tokens: Schemas['Tokens'], askedAt: number): number {
  return askedAt + tokens.expires_in * 1000;
}

function signed(call: Call, token: string): Call {
  const headers = new Headers(call.headers);
  headers.set('authorization', `Bearer ${token}`);
  return { ...call, headers };
}

/** A 401 can be about something else than the token: a password that was asked for once more, say. */
async function isForTheToken(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined);
  return DaybookProblem.of(answer.status, body).type === 'auth/signed-out';
}
