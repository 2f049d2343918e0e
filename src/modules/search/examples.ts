import type { Examples } from '../../platform/http/accepts.js';
import { uceEntry } from '../entries/answer-examples.js';

export const searchExamples: Examples = {
  uce: {
    summary: 'Words, a phrase, an exclusion, and a filter',
    value: { query: 'garden "first snow" -rain', from: '2026-01-01', limit: 10 },
  },
};

const hit = {
  entry: uceEntry,
  score: 3.082606,
  highlights: [
    { field: 'title', text: uceEntry.title, ranges: [{ start: 0, end: 10 }] },
    { field: 'content', text: uceEntry.content, ranges: [{ start: 19, end: 25 }] },
    { field: 'tags', text: 'garden', ranges: [{ start: 0, end: 6 }] },
  ],
};

export const searchPageExamples: Examples = {
  uce: {
    summary: 'What the example of a search finds',
    value: { data: [hit], next_cursor: null, complete: true, notes: [] },
  },
};

export const searchStatsExamples: Examples = {
  uce: {
    summary: 'Everything is indexed',
    value: { entries_indexed: 3, entries_pending: 0, index_bytes: 1728, languages: ['und', 'en'] },
  },
};
