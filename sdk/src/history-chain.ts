import type { Schemas } from './api.js';
import { equalBytes, fromBase64url, toBase64url } from './crypto/bytes.js';
import { EnvelopeRefused } from './crypto/errors.js';
import { historyHash, historyType, type HistoryType } from './crypto/history.js';
import type { HistoryHead } from './entry.js';
import { HistoryRefused } from './problems.js';

/** One event of the account's history, as a line of `GET /history` has it. */
export interface HistoryEvent extends Omit<Schemas['EntryHistory']['data'][number], 'type'> {
  readonly type: HistoryType;
  /** What it happened to: an entry, a device or an API key. */
  readonly entry_id: string | null;
}

/** Where every history begins. */
const beginning: HistoryHead = { seq: 0, hash: toBase64url(new Uint8Array(32)) };

/** Follows a chain event by event, making each hash anew from what the event says (docs/crypto.md, Verifiable history). */
export class HistoryChain {
  readonly #userId: string;
  readonly #known: ReadonlyMap<number, string>;
  #head: HistoryHead | Pick<HistoryHead, 'seq'>;

  /**
   * @param known heads that were seen before: the chain must have all of them
   * @param from the known head that is the first to be looked at; the beginning unless given
   */
  constructor(userId: string, known: readonly HistoryHead[], from?: HistoryHead) {
    this.#userId = userId;
    this.#known = new Map(known.map(({ seq, hash }) => [seq, hash]));
    this.#head = from ? { seq: from.seq - 1 } : beginning;
  }

  /** Of the event before the first that is looked at. */
  get afterSeq(): number {
    return this.#head.seq;
  }

  /** @throws HistoryRefused when `event` is not the one that follows */
  add(event: HistoryEvent): void {
    const due = this.#head.seq + 1;
    if (event.seq > due) throw new HistoryRefused('gap', due);
    if (event.seq < due) throw new HistoryRefused('order', event.seq);
    if ('hash' in this.#head && event.prev_hash !== this.#head.hash) throw new HistoryRefused('unchained', event.seq);
    if (!isHashOf(event, this.#userId)) throw new HistoryRefused('altered', event.seq);
    if ((this.#known.get(event.seq) ?? event.hash) !== event.hash) throw new HistoryRefused('other-past', event.seq);
    this.#head = { seq: event.seq, hash: event.hash };
  }

  /** The head. @throws HistoryRefused when the chain ends before what is known of it */
  end(): HistoryHead {
    const lost = [...this.#known.keys()].filter((seq) => seq > this.#head.seq);
    if (lost.length > 0) throw new HistoryRefused('rolled-back', Math.min(...lost));
    return 'hash' in this.#head ? this.#head : beginning;
  }
}

/** @param due the place of the line, for the complaint about it @throws HistoryRefused `unreadable` */
export function readEvent(line: string, due: number): HistoryEvent {
  try {
    const event: unknown = JSON.parse(line);
    if (isEvent(event)) return event;
  } catch (cause) {
    throw new HistoryRefused('unreadable', due, { cause });
  }
  throw new HistoryRefused('unreadable', due);
}

function isHashOf(event: HistoryEvent, userId: string): boolean {
  try {
    const hash = historyHash({
      userId,
      seq: event.seq,
      type: event.type,
      entryId: event.entry_id ?? undefined,
      version: event.version ?? undefined,
      deviceId: event.device_id ?? undefined,
      sessionId: event.session_id ?? undefined,
      atMs: Date.parse(event.at),
      envelopeHash: event.envelope_hash === null ? undefined : fromBase64url(event.envelope_hash),
      prevHash: fromBase64url(event.prev_hash),
    });
    return equalBytes(hash, fromBase64url(event.hash));
  } catch (error) {
    // Ids, instants or hashes that are none: nothing that the server wrote like this.
    if (error instanceof EnvelopeRefused || error instanceof RangeError) return false;
    throw error;
  }
}

function isEvent(value: unknown): value is HistoryEvent {
  if (typeof value !== 'object' || value === null) return false;
  const event: Partial<Record<keyof HistoryEvent, unknown>> = value;
  const isTextOrNull = (member: unknown) => member === null || typeof member === 'string';
  return (
    isCount(event.seq) &&
    typeof event.type === 'string' &&
    Object.hasOwn(historyType, event.type) &&
    (event.version === null || isCount(event.version)) &&
    typeof event.at === 'string' &&
    typeof event.hash === 'string' &&
    typeof event.prev_hash === 'string' &&
    [event.entry_id, event.device_id, event.session_id, event.envelope_hash].every(isTextOrNull)
  );
}

const isCount = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
