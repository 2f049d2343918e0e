import { type Schemas, unwrap } from './api.js';
import type { EntryPatch, EntryReplacement, WrittenEntry } from './entry.js';
import { type CallOptions, type EntryCalls, withSignal } from './entry-calls.js';
import type { WireEntry, WireVersion } from './entry-forms.js';
import { AnswerRefused, DaybookProblem } from './problems.js';

/** How an entry is changed. */
export interface EditOptions extends CallOptions {
  /** The version that was seen: the change is refused (`entries/conflict`) when it is not the stored one any more. */
  readonly version?: number;
}

type WrittenAnswer = { data?: Schemas['WrittenEntry']; error?: unknown; response: Response };

/** One try at a change: its body made on what is stored, and sent. */
type Attempt = (stored: WireEntry | undefined) => { sealed: string | undefined; answer: Promise<WrittenAnswer> };

const triesMax = 3;

/** Changing entries. What is sealed here is sealed as the next version of what is stored, which is read first. */
export class EntryEdits {
  readonly #calls: EntryCalls;

  constructor(calls: EntryCalls) {
    this.#calls = calls;
  }

  replace(id: string, replacement: EntryReplacement, options: EditOptions): Promise<WrittenEntry> {
    const { form } = this.#calls;
    const complete = { ...replacement, kind: replacement.kind ?? 'diary' };
    return this.#edit(id, options, (stored) => {
      const body = form.toReplacement(complete, stored);
      return { sealed: sealedIn(body), answer: this.#api.PUT('/api/v1/entries/{id}', { ...asked(id, options), body }) };
    });
  }

  patch(id: string, patch: EntryPatch, options: EditOptions): Promise<WrittenEntry> {
    const { form } = this.#calls;
    return this.#edit(id, options, (stored) => {
      const body = form.toPatch(patch, stored);
      return {
        sealed: sealedIn(body),
        answer: this.#api.PATCH('/api/v1/entries/{id}', { ...asked(id, options), body }),
      };
    });
  }

  async revert(id: string, version: number, options: EditOptions): Promise<WrittenEntry> {
    const { form } = this.#calls;
    const earlier = form.sealsHere ? await this.wireVersion(id, version, options.signal) : undefined;
    if (earlier) form.fromWireVersion(earlier, { id, version });
    const { params, ...rest } = asked(id, options);
    const place = { ...rest, params: { ...params, path: { id, version } } };
    return this.#edit(id, options, (stored) => {
      const body = earlier ? form.toRevert(earlier, stored) : {};
      const answer = this.#api.POST('/api/v1/entries/{id}/versions/{version}/revert', { ...place, body });
      return { sealed: sealedIn(body), answer };
    });
  }

  async remove(id: string, options: EditOptions): Promise<Schemas['RemovedEntry']> {
    // An entry that is in the trash stays there: sent again, it does no harm.
    const answer = await this.#calls.repeating.DELETE('/api/v1/entries/{id}', asked(id, options));
    return this.#removed(id, answer);
  }

  async erase(id: string, version: number, { signal }: CallOptions): Promise<Schemas['RemovedEntry']> {
    const { params, ...rest } = asked(id, { version, ...withSignal(signal) });
    const place = { ...rest, params: { ...params, query: { permanent: true } } };
    return this.#removed(id, await this.#calls.repeating.DELETE('/api/v1/entries/{id}', place));
  }

  async restore(id: string, { signal }: CallOptions): Promise<WrittenEntry> {
    const mark = this.#calls.form.mark();
    const place = { params: { path: { id } }, ...withSignal(signal) };
    return this.#written(id, mark, await this.#calls.repeating.POST('/api/v1/entries/{id}/restore', place));
  }

  /** A version as the API carries it. */
  async wireVersion(id: string, version: number, signal?: AbortSignal): Promise<WireVersion> {
    const place = { params: { path: { id, version } }, ...withSignal(signal) };
    return unwrap(await this.#calls.repeating.GET('/api/v1/entries/{id}/versions/{version}', place));
  }

  /** A sealed change names its version, so the server takes it once; an open one would be a new version each time. */
  get #api() {
    const { form, once, repeating } = this.#calls;
    return form.sealsHere ? repeating : once;
  }

  async #edit(id: string, options: EditOptions, attempt: Attempt): Promise<WrittenEntry> {
    const { form } = this.#calls;
    for (let tries = 1; ; tries++) {
      const stored = form.sealsHere ? await this.#stored(id, options.signal) : undefined;
      const mark = form.mark();
      const { sealed, answer } = attempt(stored);
      try {
        return this.#written(id, mark, await answer, sealed);
      } catch (error) {
        const isLate = sealed !== undefined && error instanceof DaybookProblem && error.type === 'entries/conflict';
        const ours = isLate ? await this.#landed(id, sealed, options.signal) : undefined;
        if (ours) return ours;
        if (!isLate || options.version !== undefined || tries === triesMax) throw error;
      }
    }
  }

  /** What is stored, and can be built on: it is opened here, so nobody makes this client follow what it has not written. */
  async #stored(id: string, signal?: AbortSignal): Promise<WireEntry> {
    const { form, repeating } = this.#calls;
    const mark = form.mark();
    const wire = unwrap(
      await repeating.GET('/api/v1/entries/{id}', { params: { path: { id } }, ...withSignal(signal) }),
    );
    form.fromWire(wire, mark, id);
    return wire;
  }

  /** The entry, when an earlier try of this change did arrive and only its answer was lost. */
  async #landed(id: string, sealed: string, signal?: AbortSignal): Promise<WrittenEntry | undefined> {
    const mark = this.#calls.form.mark();
    const wire = await this.#stored(id, signal);
    if (sealedIn(wire) !== sealed) return undefined;
    return { ...this.#calls.form.fromWire(wire, mark, id), history_head: null };
  }

  #written(id: string, mark: number, answer: WrittenAnswer, sealed?: string): WrittenEntry {
    const { history_head, ...wire } = unwrap(answer);
    this.#calls.heads.note(history_head);
    if (sealed !== undefined && sealedIn(wire) !== sealed) throw new AnswerRefused('other-content', { entryId: id });
    return { ...this.#calls.form.fromWire(wire, mark, id), history_head };
  }

  #removed(
    id: string,
    answer: { data?: Schemas['RemovedEntry']; error?: unknown; response: Response },
  ): Schemas['RemovedEntry'] {
    const removed = unwrap(answer);
    if (removed.id !== id.toLowerCase()) throw new AnswerRefused('id', { entryId: id });
    this.#calls.heads.note(removed.history_head);
    return removed;
  }
}

function asked(id: string, { version, signal }: EditOptions) {
  const header = version === undefined ? {} : { headers: { 'If-Match': `"${String(version)}"` } };
  return { params: { path: { id } }, ...header, ...withSignal(signal) };
}

function sealedIn(body: object): string | undefined {
  return 'sealed' in body && typeof body.sealed === 'string' ? body.sealed : undefined;
}
