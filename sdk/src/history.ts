import { type Api, createApi } from './api.js';
import { ready } from './crypto/primitives.js';
import type { HistoryHead } from './entry.js';
import { type CallOptions, withSignal } from './entry-calls.js';
import { HistoryChain, type HistoryEvent, readEvent } from './history-chain.js';
import type { HistoryKeeper } from './history-keeper.js';
import { ConnectionFailed, DaybookProblem } from './problems.js';
import type { Session } from './session.js';

/** Where a history is begun to be read. */
export interface HistoryOptions extends CallOptions {
  /** The last event that is known: those behind it are read. All of them unless given. */
  readonly afterSeq?: number;
}

/** How a history is verified. */
export interface VerifyOptions extends CallOptions {
  /** Begins with the event that was kept as head: sees what was added since, but no change to what was verified before. */
  readonly onlyNew?: boolean;
}

/** What happened in an account, as a chain: reading it, and finding out whether it was tampered with. */
export class History {
  readonly #session: Session;
  readonly #heads: HistoryKeeper;
  readonly #api: Api;

  constructor(session: Session, heads: HistoryKeeper) {
    this.#session = session;
    this.#heads = heads;
    this.#api = createApi(session.record.url, (call) => session.send(call, { isRepeatable: true }));
  }

  /**
   * Every event, oldest first, as it comes; whoever stops taking them ends the call.
   * @throws HistoryRefused `unreadable`
   */
  async *events({ afterSeq = 0, signal }: HistoryOptions = {}): AsyncGenerator<HistoryEvent, void, undefined> {
    const params = { query: { after_seq: afterSeq } };
    const asked = { params, parseAs: 'stream', ...withSignal(signal) } as const;
    const { data, error, response } = await this.#api.GET('/api/v1/history', asked);
    if (!response.ok) throw DaybookProblem.of(response.status, error);
    let due = afterSeq + 1;
    // An empty history comes without a body.
    for await (const line of linesOf(data ?? null, signal)) yield readEvent(line, due++);
  }

  /**
   * Reads the chain, makes every hash anew, and compares it with the head that was kept and with those that came with this
   * client's writes. The head is then kept with the session.
   * @throws HistoryRefused, with the place of the first event that is missing, moved or altered
   */
  async verify({ onlyNew = false, signal }: VerifyOptions = {}): Promise<HistoryHead> {
    await ready();
    const { user, history_head: kept } = this.#session.record;
    const chain = new HistoryChain(user.id, this.#heads.known, onlyNew ? kept : undefined);
    const { afterSeq } = chain;
    for await (const event of this.events({ afterSeq, ...withSignal(signal) })) chain.add(event);
    const head = chain.end();
    await this.#heads.keep(head);
    return head;
  }
}

/** The lines of a body, as it comes in. @throws ConnectionFailed when it breaks off */
async function* linesOf(body: ReadableStream<Uint8Array> | null, signal?: AbortSignal): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ConnectionFailed('The history broke off', { cause });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  // A line without its end was cut off.
  if (rest !== '') throw new ConnectionFailed('The history broke off');
}
