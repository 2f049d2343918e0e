import type { Schemas } from './api.js';
import type { Entry, EntryDraft } from './entry.js';
import { AnswerRefused } from './problems.js';

/** An entry and a draft as the API carries them. */
export type WireEntry = Schemas['Entry'];
export type WireDraft = Schemas['EntryDraft'];

/** A draft with its id chosen and its kind said. */
export type CompleteDraft = EntryDraft & Required<Pick<EntryDraft, 'id' | 'kind'>>;

/** How the entries of a tier go over the wire. */
export interface EntryForm {
  /** The body that creates the entry. */
  toWire(draft: CompleteDraft): WireDraft;
  /** Called before a request is sent, for `fromWire` to judge its answer by what was known then. */
  mark(): number;
  /**
   * The entry of an answer.
   * @param askedId the entry that was asked for, where it was a certain one
   * @param mark what `mark` gave before the request
   * @throws AnswerRefused
   */
  fromWire(wire: WireEntry, mark: number, askedId?: string): Entry;
}

/** uce: the server seals and opens. */
export class OpenEntryForm implements EntryForm {
  toWire({ tags, ...draft }: CompleteDraft): WireDraft {
    return { ...draft, ...(tags && { tags: [...tags] }) };
  }

  mark(): number {
    return 0;
  }

  fromWire(wire: WireEntry, _mark: number, askedId: string = wire.id): Entry {
    if (wire.tier !== 'uce') throw new AnswerRefused('tier', { entryId: askedId });
    if (wire.id !== askedId) throw new AnswerRefused('id', { entryId: askedId });
    return wire;
  }
}
