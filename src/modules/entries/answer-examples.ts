import { type Examples, within } from '../../platform/http/accepts.js';
import { EntryIdTaken } from './entries.problems.js';
import { sealedExample } from './examples.js';

/** A record as it is answered in each tier. */
const inEachTier = <Uce extends object, E2e extends object>(uce: Uce, e2e: E2e) => ({
  uce: { summary: 'uce', value: uce },
  e2e: { summary: 'e2e: sealed by the client', value: e2e },
});

/** What stands before version 1. */
const NO_HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const HASH = 'd4MDsbAIZiWp2MUl6f0hP98tlETURefDjs6TUfGWNX8';
const WRITTEN_AT = '2026-11-21T18:53:35.433Z';

const head = { seq: 2, hash: 'UNm3QdppWH-TLGU4uuHxskJPLLi5_I1DPw_8JYLINoI' };
const texts = {
  title: 'First snow',
  content: 'Woke up to a white garden. The cat refused to believe it.',
  mood: 'calm',
  tags: ['garden'],
  location: null,
  data: null,
  language: null,
};

const shown = {
  kind: 'diary',
  entry_date: '2026-11-21',
  source: null,
  external_id: null,
  version: 1,
  prev_envelope_hash: NO_HASH,
  created_at: WRITTEN_AT,
  updated_at: WRITTEN_AT,
  deleted_at: null,
  media_ids: [],
  media_count: 0,
};

/** The entry of the example of a draft. */
export const uceEntry = { id: '01a1ff74-ed49-7114-9885-b1efcc1eee2c', ...shown, tier: 'uce', ...texts };
const e2e = {
  id: '019a0000-3000-7000-8000-000000000001',
  ...shown,
  tier: 'e2e',
  ...sealedExample,
  tag_tokens: ['MDEyMzQ1Njc4OWFiY2RlZg'],
};

const entry = inEachTier(uceEntry, e2e);
export const entryExamples: Examples = entry;
export const writtenExamples = within(entry, (value) => ({ ...value, history_head: head }));
export const pageExamples = within(entry, (value) => ({ data: [value], next_cursor: null }));
export const setExamples = within(entry, (value) => ({ data: [value], erased: [], missing: [] }));
export const batchResultExamples = within(entry, (value) => ({
  data: [
    { status: 201, entry: value },
    { status: EntryIdTaken.kind.status, problem: EntryIdTaken.kind },
  ],
  history_head: head,
}));

const trash = { seq: 3, hash: 'lRwmaLX-lf3bVTiBUWAqTu7l8r8x1a2LVnD7A2kgP6w' };
export const removedExamples: Examples = {
  trash: {
    summary: 'In the trash',
    value: { id: uceEntry.id, deleted_at: '2026-11-21T18:53:35.858Z', history_head: trash },
  },
  erased: {
    summary: 'Erased, with `?permanent=true`',
    value: { id: uceEntry.id, deleted_at: null, history_head: trash },
  },
};

const DEVICE = '01a1ff74-e19b-7542-94d7-5f4707c86966';
const of = { kind: 'diary', entry_date: '2026-11-21', device_id: DEVICE };
const first = { version: 1, ...of, written_at: WRITTEN_AT, envelope_hash: HASH, prev_envelope_hash: NO_HASH };
const second = {
  version: 2,
  ...of,
  written_at: '2026-11-21T18:53:35.670Z',
  envelope_hash: '3V6MS848GNN81UcL3WglwfRUwVIytOYGcLcPRB9IP0k',
  prev_envelope_hash: HASH,
};

export const versionExamples: Examples = inEachTier(
  { ...first, tier: 'uce', ...texts },
  { ...first, tier: 'e2e', ...sealedExample },
);
export const versionPageExamples: Examples = {
  any: { summary: 'Two versions', value: { data: [second, first], next_cursor: null } },
};

const by = { device_id: DEVICE, session_id: '01a1ff74-e19b-7542-94d7-59843dd40791' };
const created = {
  seq: 2,
  type: 'created',
  version: 1,
  at: '2026-11-21T18:53:35.452Z',
  ...by,
  envelope_hash: HASH,
  hash: head.hash,
  prev_hash: 'BRIMM2bO9zULZktqGbRp-5ZFjTAx-1pqikHd5ot2LMg',
};
const updated = {
  seq: 3,
  type: 'updated',
  version: 2,
  at: '2026-11-21T18:53:35.677Z',
  ...by,
  envelope_hash: second.envelope_hash,
  hash: '0-eKh4pMZUVRNabyu6dXNwTMvj3FTHltU0p5mIyT-SA',
  prev_hash: head.hash,
};

export const historyExamples: Examples = {
  any: { summary: 'Written, and changed', value: { data: [created, updated], next_cursor: null } },
};

const line = (event: object) => `${JSON.stringify({ ...event, entry_id: uceEntry.id })}\n`;
/** Of the history of an account. */
export const historyLines = [line(created), line(updated)];

const streak = { days: 2, first: '2026-11-20', last: '2026-11-21' };
export const calendarExamples: Examples = {
  any: {
    summary: 'Two days in a row',
    value: {
      data: [
        { day: '2026-11-20', entries: 1 },
        { day: '2026-11-21', entries: 2 },
      ],
      streak: { current: streak, longest: streak },
    },
  },
};

const tag = { id: '01a1ff74-ed4d-7376-bdba-9002c3eb968d', name: 'garden', token: 'sTQbj8Aa1s4y_m_8R5PWEA', entries: 1 };
export const tagListExamples: Examples = inEachTier(
  { data: [tag], next_cursor: null },
  {
    data: [{ id: '01a1ff74-efb3-71cc-bd5a-b9ce54c4dfb6', name: null, token: e2e.tag_tokens[0], entries: 1 }],
    next_cursor: null,
  },
);
export const renamedTagExamples: Examples = {
  uce: {
    summary: 'The tag, with the token of its new name',
    value: {
      ...tag,
      name: 'balcony',
      token: 'ni5t4kqLhIvfjAKzOBg1rQ',
      history_head: { seq: 3, hash: 'mRCZlkNtcYuAg00RLsx1vs6YXRHD03udxy2fMCKaatA' },
    },
  },
};
export const removedTagExamples: Examples = {
  uce: {
    summary: 'One entry had it',
    value: { id: tag.id, entries: 1, history_head: { seq: 3, hash: 'chhNVKjfOt7tQPSmW2Me8WfC0PF8I3cTbdWzIfKbc80' } },
  },
};
