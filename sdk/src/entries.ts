import { type Schemas, unwrap } from './api.js';
import { createId } from './crypto/ids.js';
import {
  isBroughtBefore,
  isSameEntry,
  type Entry,
  type EntryDraft,
  type EntryPage,
  type EntryPatch,
  type EntryReplacement,
  type EntrySet,
  type EntryVersion,
  type WriteResult,
  type WrittenEntry,
} from './entry.js';
import { writeBatches } from './entry-batches.js';
import { type CallOptions, type EntryCalls, pageQuery, type PageOptions, withSignal } from './entry-calls.js';
import { type EditOptions, EntryEdits } from './entry-edits.js';
import type { CompleteDraft } from './entry-forms.js';
import { type EntryQuery, queryPage, readMany } from './entry-lists.js';
import { listTags, type Tag } from './entry-tags.js';
import { AnswerRefused, DaybookProblem } from './problems.js';

/** How a whole list is gone through. */
export interface AllOptions extends CallOptions, EntryQuery {
  /** Entries per call, 1 to 200. */
  readonly pageSize?: number;
}

const pageSizeDefault = 100;

/** The diary: the same calls in both tiers. They throw DaybookProblem, ConnectionFailed, SignedOut, AnswerRefused. */
export class Entries {
  readonly #calls: EntryCalls;
  readonly #edits: EntryEdits;

  /** Made by `Daybook`. */
  constructor(calls: EntryCalls) {
    this.#calls = calls;
    this.#edits = new EntryEdits(calls);
  }

  /**
   * Adds an entry, once: whoever writes the same entry under the same id again gets the one that is there; and whoever
   * brings what a source calls by the same `external_id`, the one that was brought before, under its own id.
   * @throws DaybookProblem `entries/id-taken` when another entry has the id, `entries/erased`
   */
  async write(draft: EntryDraft, { signal }: CallOptions = {}): Promise<WrittenEntry> {
    this.#calls.session.assertOpen();
    const complete = completed(draft);
    try {
      return await this.#send(complete, signal);
    } catch (error) {
      const there = isIdTaken(error) ? await this.#sameEntry(complete, signal) : undefined;
      if (!there) throw error;
      return { ...there, history_head: null };
    }
  }

  /** Adds many entries, 300 in a call: one result for each, in their order, as `write` would have it. */
  async writeAll(drafts: readonly EntryDraft[], { signal }: CallOptions = {}): Promise<WriteResult[]> {
    this.#calls.session.assertOpen();
    const complete = drafts.map(completed);
    const results: WriteResult[] = [];
    for await (const [index, result] of writeBatches(this.#calls, complete, signal)) {
      const draft = complete[index];
      const isTaken = 'problem' in result && isIdTaken(result.problem);
      const there = isTaken && draft ? await this.#sameEntry(draft, signal) : undefined;
      results.push(there ? { status: 200, entry: there } : result);
    }
    return results;
  }

  /** The entry as it is now, in the trash or not. @throws DaybookProblem `entries/not-found`, `entries/erased` */
  async read(id: string, { signal }: CallOptions = {}): Promise<Entry> {
    const { form, repeating } = this.#calls;
    const mark = form.mark();
    const options = { params: { path: { id } }, ...withSignal(signal) };
    return form.fromWire(unwrap(await repeating.GET('/api/v1/entries/{id}', options)), mark, id);
  }

  /** Many entries by their ids, 300 in a call. */
  readMany(ids: readonly string[], { signal }: CallOptions = {}): Promise<EntrySet> {
    return readMany(this.#calls, ids, signal);
  }

  /** One page, newest day first; stable while entries are written. */
  async list({ limit, cursor, signal }: PageOptions = {}): Promise<EntryPage> {
    const { form, repeating } = this.#calls;
    const mark = form.mark();
    const params = {
      query: pageQuery({ ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) }),
    };
    const page = unwrap(await repeating.GET('/api/v1/entries', { params, ...withSignal(signal) }));
    return { data: page.data.map((wire) => form.fromWire(wire, mark)), next_cursor: page.next_cursor };
  }

  /**
   * One page of the entries that are wanted. Mood and place are looked at after opening, by the server for uce, here for
   * e2e: a page may have fewer than `limit`, or none, and a next one.
   */
  query(query: EntryQuery & PageOptions): Promise<EntryPage> {
    return queryPage(this.#calls, query);
  }

  /** Every entry, or every one that is wanted, newest day first, fetched page by page as they are taken. */
  async *all({ pageSize = pageSizeDefault, signal, ...query }: AllOptions = {}): AsyncGenerator<
    Entry,
    void,
    undefined
  > {
    let cursor: string | null | undefined;
    do {
      const place: PageOptions = { limit: pageSize, ...(cursor && { cursor }), ...withSignal(signal) };
      const page: EntryPage = await this.query({ ...query, ...place });
      yield* page.data;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  /** All of the entry, anew; what is absent is cleared. @throws DaybookProblem `entries/conflict`, `entries/in-trash` */
  replace(id: string, replacement: EntryReplacement, options: EditOptions = {}): Promise<WrittenEntry> {
    return this.#edits.replace(id, replacement, options);
  }

  /** Some of the entry: absent fields stay, null ones are cleared. @throws as `replace` */
  patch(id: string, patch: EntryPatch, options: EditOptions = {}): Promise<WrittenEntry> {
    return this.#edits.patch(id, patch, options);
  }

  /** Puts the entry into the trash, for 30 days. @throws DaybookProblem `entries/conflict` */
  remove(id: string, options: EditOptions = {}): Promise<Schemas['RemovedEntry']> {
    return this.#edits.remove(id, options);
  }

  /** Takes the entry out of the trash. */
  restore(id: string, options: CallOptions = {}): Promise<WrittenEntry> {
    return this.#edits.restore(id, options);
  }

  /**
   * Erases the entry now and for good: keys, versions and all.
   * @param version the one that is meant to be the last
   * @throws DaybookProblem `entries/conflict`; `entries/erased` also when the answer to an earlier call was lost
   */
  erase(id: string, version: number, options: CallOptions = {}): Promise<Schemas['RemovedEntry']> {
    return this.#edits.erase(id, version, options);
  }

  /** What is known of the versions that are kept, the current one first. */
  async versions(id: string, options: PageOptions = {}): Promise<Schemas['EntryVersionPage']> {
    const params = { path: { id }, query: pageQuery(options) };
    const asked = { params, ...withSignal(options.signal) };
    return unwrap(await this.#calls.repeating.GET('/api/v1/entries/{id}/versions', asked));
  }

  /** What the entry was in one version. @throws DaybookProblem `entries/version-not-found` */
  async version(id: string, version: number, { signal }: CallOptions = {}): Promise<EntryVersion> {
    return this.#calls.form.fromWireVersion(await this.#edits.wireVersion(id, version, signal), { id, version });
  }

  /** Makes an earlier version current again, as a new one. @throws as `replace`, and `entries/version-not-found` */
  revert(id: string, version: number, options: EditOptions = {}): Promise<WrittenEntry> {
    return this.#edits.revert(id, version, options);
  }

  /** What happened to the entry, oldest first, also when it is erased by now; as the server tells it, see `verifyHistory`. */
  async history(id: string, options: PageOptions = {}): Promise<Schemas['EntryHistory']> {
    const params = { path: { id }, query: pageQuery(options) };
    const asked = { params, ...withSignal(options.signal) };
    return unwrap(await this.#calls.repeating.GET('/api/v1/entries/{id}/history', asked));
  }

  /**
   * The tags with how many entries have each, by name. For e2e the server has no names: they are looked up in an entry of
   * each tag that this client has not met yet.
   */
  tags({ signal }: CallOptions = {}): Promise<readonly Tag[]> {
    return listTags(this.#calls, (query) => this.query({ ...query, ...withSignal(signal) }), signal);
  }

  /** uce: gives a tag another name, in every entry that has it. @throws DaybookProblem `entries/tag-name-taken` */
  async renameTag(id: string, name: string, { signal }: CallOptions = {}): Promise<Schemas['Tag']> {
    const asked = { params: { path: { id } }, body: { name }, ...withSignal(signal) };
    // Sent again it finds the tag renamed, and changes nothing.
    const answer = unwrap(await this.#calls.repeating.PATCH('/api/v1/entries/tags/{id}', asked));
    this.#calls.heads.note(answer.history_head);
    return answer;
  }

  /** uce: takes a tag from every entry that has it. @throws DaybookProblem `entries/tag-not-found` */
  async removeTag(id: string, { signal }: CallOptions = {}): Promise<Schemas['RemovedTag']> {
    const asked = { params: { path: { id } }, ...withSignal(signal) };
    const answer = unwrap(await this.#calls.once.DELETE('/api/v1/entries/tags/{id}', asked));
    this.#calls.heads.note(answer.history_head);
    return answer;
  }

  /**
   * Days that have entries, with how many, and the streaks.
   * @param days `from` and `to`, at most 366 days; `today` is the day where the user is, by the account's time zone unless given
   */
  async calendar(
    days: { readonly from: string; readonly to: string; readonly today?: string },
    { signal }: CallOptions = {},
  ): Promise<Schemas['Calendar']> {
    const asked = { params: { query: days }, ...withSignal(signal) };
    return unwrap(await this.#calls.repeating.GET('/api/v1/entries/calendar', asked));
  }

  /** Entries of the same day in other years, newest first. @param date `YYYY-MM-DD` */
  async onThisDay(date: string, { signal }: CallOptions = {}): Promise<readonly Entry[]> {
    const { form, repeating } = this.#calls;
    const mark = form.mark();
    const asked = { params: { query: { date } }, ...withSignal(signal) };
    const { data } = unwrap(await repeating.GET('/api/v1/entries/on-this-day', asked));
    return data.map((wire) => form.fromWire(wire, mark));
  }

  /** The kinds of entries, with their questions and the JSON Schema of `data`. */
  async kinds({ signal }: CallOptions = {}): Promise<Schemas['EntryKindList']['data']> {
    return unwrap(await this.#calls.repeating.GET('/api/v1/entries/kinds', { ...withSignal(signal) })).data;
  }

  async #send(draft: CompleteDraft, signal?: AbortSignal): Promise<WrittenEntry> {
    const { form, heads, repeating } = this.#calls;
    const mark = form.mark();
    const answer = await repeating.POST('/api/v1/entries', { body: form.toWire(draft), ...withSignal(signal) });
    const { history_head, ...wire }: Schemas['WrittenEntry'] = unwrap(answer);
    heads.note(history_head);
    if (isBroughtBefore(wire, draft)) return { ...form.fromWire(wire, mark), history_head };
    const entry = form.fromWire(wire, mark, draft.id);
    if (!isSameEntry(entry, draft)) throw new AnswerRefused('other-content', { entryId: draft.id });
    return { ...entry, history_head };
  }

  /** e2e: sealing again gives other bytes, so only who can open the entry that is there can tell that it is the same. */
  async #sameEntry(draft: CompleteDraft, signal?: AbortSignal): Promise<Entry | undefined> {
    if (!this.#calls.form.sealsHere) return undefined;
    try {
      const there = await this.read(draft.id, withSignal(signal));
      return isSameEntry(there, draft) ? there : undefined;
    } catch (error) {
      if (error instanceof DaybookProblem) return undefined;
      throw error;
    }
  }
}

const completed = (draft: EntryDraft): CompleteDraft => ({
  ...draft,
  id: draft.id ?? createId(),
  kind: draft.kind ?? 'diary',
});

function isIdTaken(error: unknown): boolean {
  return error instanceof DaybookProblem && error.type === 'entries/id-taken';
}
