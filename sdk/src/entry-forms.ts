import type { Schemas } from './api.js';
import type { Entry, EntryDraft, EntryPatch, EntryReplacement, EntryVersion } from './entry.js';
import { AnswerRefused } from './problems.js';

/** Entries, drafts and versions as the API carries them. */
export type WireEntry = Schemas['Entry'];
export type WireDraft = Schemas['EntryDraft'];
export type WireVersion = Schemas['EntryVersion'];

/** A draft with its id chosen and its kind said. */
export type CompleteDraft = EntryDraft & Required<Pick<EntryDraft, 'id' | 'kind'>>;

/** A replacement with its kind said. */
export type CompleteReplacement = EntryReplacement & Required<Pick<EntryReplacement, 'kind'>>;

/** How the entries of a tier go over the wire. */
export interface EntryForm {
  /** Whether changes are sealed here, as the next version of what is stored: then `stored` is needed for each. */
  readonly sealsHere: boolean;
  /** The body that creates the entry. */
  toWire(draft: CompleteDraft): WireDraft;
  /** The body that replaces the entry. */
  toReplacement(replacement: CompleteReplacement, stored?: WireEntry): Schemas['EntryReplacement'];
  /** The body that changes some of the entry. */
  toPatch(patch: EntryPatch, stored?: WireEntry): Schemas['EntryPatch'];
  /** The body that makes an earlier version current again. @throws AnswerRefused */
  toRevert(version: WireVersion, stored?: WireEntry): Schemas['Revert'];
  /** Called before a request is sent, for `fromWire` to judge its answer by what was known then. */
  mark(): number;
  /**
   * The entry of an answer.
   * @param askedId the entry that was asked for, where it was a certain one
   * @param mark what `mark` gave before the request
   * @throws AnswerRefused
   */
  fromWire(wire: WireEntry, mark: number, askedId?: string): Entry;
  /** The version of an answer. @throws AnswerRefused when it is another, or of another entry */
  fromWireVersion(wire: WireVersion, asked: { readonly id: string; readonly version: number }): EntryVersion;
  /** How entries that have all these tags are asked for. */
  tagFilter(names: readonly string[]): Pick<Schemas['EntryQuery'], 'tags' | 'tag_tokens'>;
  /** The name of a tag, as far as it is known here. */
  tagName(tag: { readonly name: string | null; readonly token: string }): string | null;
}

/** uce: the server seals and opens. */
export class OpenEntryForm implements EntryForm {
  readonly sealsHere = false;

  toWire({ tags, media_ids, ...draft }: CompleteDraft): WireDraft {
    return { ...draft, ...(tags && { tags: [...tags] }), ...(media_ids && { media_ids: [...media_ids] }) };
  }

  toReplacement({ tags, ...replacement }: CompleteReplacement): Schemas['EntryReplacement'] {
    return { ...replacement, ...(tags && { tags: [...tags] }) };
  }

  toPatch({ tags, ...patch }: EntryPatch): Schemas['EntryPatch'] {
    return { ...patch, ...(tags !== undefined && { tags: tags && [...tags] }) };
  }

  toRevert(): Schemas['Revert'] {
    return {};
  }

  mark(): number {
    return 0;
  }

  fromWire(wire: WireEntry, _mark: number, askedId: string = wire.id): Entry {
    if (wire.tier !== 'uce') throw new AnswerRefused('tier', { entryId: askedId });
    if (wire.id !== askedId) throw new AnswerRefused('id', { entryId: askedId });
    return wire;
  }

  fromWireVersion(wire: WireVersion, { id, version }: { readonly id: string; readonly version: number }): EntryVersion {
    if (wire.tier !== 'uce') throw new AnswerRefused('tier', { entryId: id });
    if (wire.version !== version) throw new AnswerRefused('id', { entryId: id });
    const { tier: _, ...opened } = wire;
    return opened;
  }

  tagFilter(names: readonly string[]) {
    return { tags: [...names] };
  }

  tagName({ name }: { readonly name: string | null }): string | null {
    return name;
  }
}
