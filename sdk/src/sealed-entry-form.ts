import type { Schemas } from './api.js';
import { equalBytes, fromBase64url, toBase64url, wipe } from './crypto/bytes.js';
import { openContentKey } from './crypto/cards.js';
import { openEntry, sealEntry, type EntryContent } from './crypto/entries.js';
import { envelopeHash } from './crypto/envelope.js';
import { EnvelopeRefused } from './crypto/errors.js';
import type { MasterKey } from './crypto/master-key.js';
import { distinctTags, tagToken } from './crypto/tags.js';
import type { Entry, EntryPatch, EntryVersion } from './entry.js';
import type {
  CompleteDraft,
  CompleteReplacement,
  EntryForm,
  WireDraft,
  WireEntry,
  WireVersion,
} from './entry-forms.js';
import type { OpenedEntry } from './local-index.js';
import { AnswerRefused } from './problems.js';
import { contentOf, patched, replaced, textOf } from './sealed-content.js';
import { SeenVersions } from './seen-versions.js';

type SealedWireEntry = Extract<WireEntry, { tier: 'e2e' }>;
type SealedWireVersion = Extract<WireVersion, { tier: 'e2e' }>;

/** One sealed version, whichever answer it came in. */
type Sealed = Pick<SealedWireEntry, 'version' | 'prev_envelope_hash' | 'sealed' | 'wrapped_key'>;

const tier = 'e2e';
const noHash = new Uint8Array(32);

/** e2e: sealed here before sending, opened here after receiving, under the keys of one user. */
export class SealedEntryForm implements EntryForm {
  readonly sealsHere = true;
  readonly #userId: string;
  readonly #master: MasterKey;
  readonly #seen = new SeenVersions();
  /** Hears of every entry that was opened, as it is now: a search index does. */
  onOpened: ((entry: OpenedEntry) => void) | undefined;
  readonly #tagNames = new Map<string, string>();

  constructor(userId: string, master: MasterKey) {
    this.#userId = userId;
    this.#master = master;
  }

  toWire(draft: CompleteDraft): WireDraft {
    const { id, kind, entry_date, source, external_id, media_ids } = draft;
    const place = { tier, master: this.#master, userId: this.#userId, entryId: id, version: 1 } as const;
    const { sealed, wrappedKey } = sealEntry({ ...place, content: contentOf(draft) });
    return {
      id,
      kind,
      ...(entry_date !== undefined && { entry_date }),
      ...(source !== undefined && { source }),
      ...(external_id !== undefined && { external_id }),
      ...(media_ids !== undefined && { media_ids: [...media_ids] }),
      sealed: toBase64url(sealed),
      wrapped_key: toBase64url(wrappedKey),
      tag_tokens: this.#tokensOf(draft.tags ?? []),
    };
  }

  toReplacement(replacement: CompleteReplacement, stored?: WireEntry): Schemas['EntryReplacement'] {
    const before = sealedOf(stored);
    const next = this.#next(before, replaced(this.#open(before, before.id), replacement));
    const { kind, entry_date } = replacement;
    return { kind, ...(entry_date !== undefined && { entry_date }), ...next };
  }

  toPatch(patch: EntryPatch, stored?: WireEntry): Schemas['EntryPatch'] {
    const before = sealedOf(stored);
    const next = this.#next(before, patched(this.#open(before, before.id), patch));
    const { kind, entry_date } = patch;
    return { ...(kind !== undefined && { kind }), ...(entry_date !== undefined && { entry_date }), ...next };
  }

  toRevert(version: WireVersion, stored?: WireEntry): Schemas['Revert'] {
    const before = sealedOf(stored);
    if (version.tier !== tier) throw new AnswerRefused('tier', { entryId: before.id });
    return this.#next(before, this.#open(version, before.id));
  }

  mark(): number {
    return this.#seen.mark();
  }

  /** The entry, when it is the version of the entry that it says it is, of this user, and none that was replaced before. */
  fromWire(wire: WireEntry, mark: number, askedId: string = wire.id): Entry {
    if (wire.tier !== tier) throw new AnswerRefused('tier', { entryId: askedId });
    if (wire.id !== askedId) throw new AnswerRefused('id', { entryId: askedId });
    const { sealed: _sealed, wrapped_key: _wrapped, tag_tokens: _tokens, ...open } = wire;
    const opened = this.#open(wire, askedId);
    this.#seen.check({ id: askedId, version: wire.version, hash: hashOf(wire) }, mark);
    this.onOpened?.({
      id: askedId,
      version: wire.version,
      entryDate: wire.entry_date,
      isDeleted: wire.deleted_at !== null,
      content: opened,
      wrappedKey: fromBase64url(wire.wrapped_key),
    });
    return { ...open, ...textOf(opened) };
  }

  fromWireVersion(wire: WireVersion, { id, version }: { readonly id: string; readonly version: number }): EntryVersion {
    if (wire.tier !== tier) throw new AnswerRefused('tier', { entryId: id });
    if (wire.version !== version) throw new AnswerRefused('id', { entryId: id });
    if (wire.envelope_hash !== hashOf(wire)) throw new AnswerRefused('does-not-open', { entryId: id });
    const { tier: _tier, sealed: _sealed, wrapped_key: _wrapped, ...outside } = wire;
    return { ...outside, ...textOf(this.#open(wire, id)) };
  }

  tagFilter(names: readonly string[]) {
    return { tag_tokens: this.#tokensOf(names) };
  }

  /** Known are the names in the entries that were opened here. */
  tagName({ token }: { readonly token: string }): string | null {
    return this.#tagNames.get(token) ?? null;
  }

  /** `content` as the version that follows `before`, under the same content key. */
  #next(before: SealedWireEntry, content: EntryContent) {
    const hash = envelopeHash(fromBase64url(before.sealed));
    const version = before.version + 1;
    const place = { tier, master: this.#master, userId: this.#userId, entryId: before.id, version } as const;
    const contentKey = openContentKey(place, fromBase64url(before.wrapped_key));
    try {
      const { sealed } = sealEntry({ ...place, previousHash: hash, content, contentKey });
      const tag_tokens = this.#tokensOf(content.tags ?? []);
      return { version, prev_envelope_hash: toBase64url(hash), sealed: toBase64url(sealed), tag_tokens };
    } finally {
      wipe(contentKey.key);
    }
  }

  #tokensOf(names: readonly string[]): string[] {
    return distinctTags(names).map((name) => {
      const token = toBase64url(tagToken(this.#master, name));
      if (!this.#tagNames.has(token)) this.#tagNames.set(token, name);
      return token;
    });
  }

  #open(wire: Sealed | SealedWireVersion, entryId: string): EntryContent {
    try {
      const { version } = wire;
      const previousHash = previousHashOf(wire);
      const place = { tier, master: this.#master, userId: this.#userId, entryId, version } as const;
      const sealed = fromBase64url(wire.sealed);
      const wrappedKey = fromBase64url(wire.wrapped_key);
      const content = openEntry({ ...place, sealed, wrappedKey, ...(version > 1 && { previousHash }) });
      this.#tokensOf(content.tags ?? []);
      return content;
    } catch (cause) {
      const isRefused = cause instanceof EnvelopeRefused || cause instanceof RangeError;
      throw isRefused ? new AnswerRefused('does-not-open', { entryId, cause }) : cause;
    }
  }
}

const hashOf = ({ sealed }: Pick<Sealed, 'sealed'>) => toBase64url(envelopeHash(fromBase64url(sealed)));

function sealedOf(stored: WireEntry | undefined): SealedWireEntry {
  if (stored?.tier !== tier) throw new AnswerRefused('tier', stored && { entryId: stored.id });
  return stored;
}

/** Version 1 has none before it, and must say so; from version 2 on the envelope itself is bound to it. */
function previousHashOf({ version, prev_envelope_hash }: Sealed): Uint8Array {
  const hash = fromBase64url(prev_envelope_hash);
  if (version === 1 && !equalBytes(hash, noHash)) throw new EnvelopeRefused('authentication');
  return hash;
}
