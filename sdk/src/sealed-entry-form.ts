import { equalBytes, fromBase64url, toBase64url } from './crypto/bytes.js';
import { openEntry, sealEntry, type EntryContent } from './crypto/entries.js';
import { envelopeHash } from './crypto/envelope.js';
import { EnvelopeRefused } from './crypto/errors.js';
import type { MasterKey } from './crypto/master-key.js';
import type { Entry, EntryLocation } from './entry.js';
import type { CompleteDraft, EntryForm, WireDraft, WireEntry } from './entry-forms.js';
import { AnswerRefused } from './problems.js';
import { SeenVersions } from './seen-versions.js';

type SealedWireEntry = Extract<WireEntry, { tier: 'e2e' }>;

const tier = 'e2e';
const noHash = new Uint8Array(32);

/** e2e: sealed here before sending, opened here after receiving, under the keys of one user. */
export class SealedEntryForm implements EntryForm {
  readonly #userId: string;
  readonly #master: MasterKey;
  readonly #seen = new SeenVersions();

  constructor(userId: string, master: MasterKey) {
    this.#userId = userId;
    this.#master = master;
  }

  toWire(draft: CompleteDraft): WireDraft {
    const { id, kind, entry_date, source } = draft;
    const place = { tier, master: this.#master, userId: this.#userId, entryId: id, version: 1 } as const;
    const { sealed, wrappedKey } = sealEntry({ ...place, content: contentOf(draft) });
    return {
      id,
      kind,
      ...(entry_date !== undefined && { entry_date }),
      ...(source !== undefined && { source }),
      sealed: toBase64url(sealed),
      wrapped_key: toBase64url(wrappedKey),
    };
  }

  mark(): number {
    return this.#seen.mark();
  }

  /** The entry, when it is the version of the entry that it says it is, of this user, and none that was replaced before. */
  fromWire(wire: WireEntry, mark: number, askedId: string = wire.id): Entry {
    if (wire.tier !== tier) throw new AnswerRefused('tier', { entryId: askedId });
    if (wire.id !== askedId) throw new AnswerRefused('id', { entryId: askedId });
    const { sealed: _sealed, wrapped_key: _wrapped, ...open } = wire;
    const { title = null, content, mood = null, tags = [], location } = this.#open(wire, askedId);
    const hash = toBase64url(envelopeHash(fromBase64url(wire.sealed)));
    this.#seen.check({ id: askedId, version: wire.version, hash }, mark);
    return { ...open, title, content, mood, tags, location: locationOf(location) };
  }

  #open(wire: SealedWireEntry, entryId: string): EntryContent {
    try {
      const { version } = wire;
      const previousHash = previousHashOf(wire);
      const place = { tier, master: this.#master, userId: this.#userId, entryId, version } as const;
      const sealed = fromBase64url(wire.sealed);
      const wrappedKey = fromBase64url(wire.wrapped_key);
      return openEntry({ ...place, sealed, wrappedKey, ...(version > 1 && { previousHash }) });
    } catch (cause) {
      const isRefused = cause instanceof EnvelopeRefused || cause instanceof RangeError;
      throw isRefused ? new AnswerRefused('does-not-open', { entryId, cause }) : cause;
    }
  }
}

/** Version 1 has none before it, and must say so; from version 2 on the envelope itself is bound to it. */
function previousHashOf({ version, prev_envelope_hash }: SealedWireEntry): Uint8Array {
  const hash = fromBase64url(prev_envelope_hash);
  if (version === 1 && !equalBytes(hash, noHash)) throw new EnvelopeRefused('authentication');
  return hash;
}

function contentOf({ title, content, mood, tags, location }: CompleteDraft): EntryContent {
  return {
    v: 1,
    ...(title !== undefined && { title }),
    content,
    ...(mood !== undefined && { mood }),
    ...(tags !== undefined && { tags }),
    ...(location !== undefined && { location }),
  };
}

/** What another client sealed may have any form: a place of another one is none. */
function locationOf(value: unknown): EntryLocation | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, latitude, longitude }: Partial<Record<keyof EntryLocation, unknown>> = value;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof latitude === 'number' && { latitude }),
    ...(typeof longitude === 'number' && { longitude }),
  };
}
