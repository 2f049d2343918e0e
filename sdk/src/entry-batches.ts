import { type Schemas, unwrap } from './api.js';
import { isBroughtBefore, isSameEntry, type WriteResult } from './entry.js';
import { type EntryCalls, withSignal } from './entry-calls.js';
import type { CompleteDraft, WireDraft } from './entry-forms.js';
import { AnswerRefused, DaybookProblem } from './problems.js';

const entriesMax = 300;

/** Under the 4 MiB that the server takes. */
const bytesMax = 3_900_000;

const encoder = new TextEncoder();

interface Prepared {
  readonly draft: CompleteDraft;
  readonly wire: WireDraft;
  readonly bytes: number;
}

/** Writes entries in as few calls as they fit into; each draft's place with its result, in their order. */
export async function* writeBatches(
  calls: EntryCalls,
  drafts: readonly CompleteDraft[],
  signal?: AbortSignal,
): AsyncGenerator<readonly [number, WriteResult], void, undefined> {
  let index = 0;
  for (const batch of batchesOf(calls, drafts)) {
    const mark = calls.form.mark();
    const body = { entries: batch.map(({ wire }) => wire) };
    const answer = unwrap(await calls.repeating.POST('/api/v1/entries/batch', { body, ...withSignal(signal) }));
    calls.heads.note(answer.history_head);
    if (answer.data.length !== batch.length) throw new AnswerRefused('other-content');
    for (const [at, result] of answer.data.entries()) {
      const draft = batch[at]?.draft;
      if (draft) yield [index++, resultOf(calls, mark, draft, result)];
    }
  }
}

function* batchesOf({ form }: EntryCalls, drafts: readonly CompleteDraft[]): Generator<Prepared[]> {
  let batch: Prepared[] = [];
  let size = 0;
  for (const draft of drafts) {
    const wire = form.toWire(draft);
    const bytes = encoder.encode(JSON.stringify(wire)).length + 1;
    if (batch.length === entriesMax || (batch.length > 0 && size + bytes > bytesMax)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push({ draft, wire, bytes });
    size += bytes;
  }
  if (batch.length > 0) yield batch;
}

function resultOf(
  { form }: EntryCalls,
  mark: number,
  draft: CompleteDraft,
  { status, entry: wire, problem }: Schemas['EntryBatchResult']['data'][number],
): WriteResult {
  if (!wire) return { status, problem: DaybookProblem.of(status, problem) };
  const isThere = isBroughtBefore(wire, draft);
  const entry = form.fromWire(wire, mark, isThere ? undefined : draft.id);
  // Sent again after a lost answer, an entry may have been changed meanwhile.
  if (!isThere && entry.version === 1 && !isSameEntry(entry, draft))
    throw new AnswerRefused('other-content', { entryId: draft.id });
  return { status: status === 201 ? 201 : 200, entry };
}
