import { concatBytes, exactly, u16, u64, utf8, uuidToBytes } from './bytes.js';
import { sha256 } from './primitives.js';
import { labels } from './registry.js';

/**
 * What happened, by the name that the API gives it and the number in the ledger (docs/crypto.md, Verifiable history): to
 * entries below 16, to media from 16 on, to the account from 32 on.
 */
export const historyType = {
  created: 1,
  updated: 2,
  deleted: 3,
  restored: 4,
  reverted: 5,
  erased: 6,
  pushed: 7,
  accepted: 8,
  brought: 9,
  media_added: 16,
  media_deleted: 17,
  media_restored: 18,
  media_erased: 19,
  account_created: 32,
  password_changed: 33,
  password_reset: 34,
  recovery_codes_renewed: 35,
  recovery_code_used: 36,
  email_changed: 37,
  device_added: 38,
  device_removed: 39,
  refresh_token_reused: 40,
  api_key_made: 41,
  api_key_revoked: 42,
  account_locked: 43,
  account_unlocked: 44,
  integration_connected: 45,
  integration_disconnected: 46,
} as const;
export type HistoryType = keyof typeof historyType;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the registry the other way round
const names = new Map(Object.entries(historyType).map(([name, number]) => [number as number, name as HistoryType]));

/** The name of a type in the ledger; undefined for a number that is not in the registry. */
export const historyTypeOf = (number: number): HistoryType | undefined => names.get(number);

/** One event of a user's ledger; absent members count as zeros in its hash. */
export interface HistoryEvent {
  readonly userId: string;
  /** 1 for the first event of a user. */
  readonly seq: number;
  readonly type: HistoryType;
  /** What it happened to: the entry, or the media, or of an account's event the device, API key or connection that was added or taken away. */
  readonly entryId?: string | undefined;
  readonly version?: number | undefined;
  readonly deviceId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** SHA-256 of the content envelope, 32 bytes. */
  readonly envelopeHash?: Uint8Array | undefined;
  /** The hash of the event before, 32 bytes; zeros for the first. */
  readonly prevHash: Uint8Array;
}

const noId = new Uint8Array(16);
const noHash = new Uint8Array(32);
const idBytes = (id: string | undefined) => (id === undefined ? noId : uuidToBytes(id));

/** The hash that chains an event to all before it, 32 bytes (docs/crypto.md, Verifiable history). */
export function historyHash(event: HistoryEvent): Uint8Array {
  const { userId, seq, type, entryId, version = 0, deviceId, sessionId, atMs, envelopeHash = noHash, prevHash } = event;
  return sha256(
    concatBytes(
      utf8(labels.history),
      uuidToBytes(userId),
      u64(seq),
      u16(historyType[type]),
      idBytes(entryId),
      u64(version),
      idBytes(deviceId),
      idBytes(sessionId),
      u64(atMs),
      exactly(32, envelopeHash, 'an envelope hash'),
      exactly(32, prevHash, 'a history hash'),
    ),
  );
}
