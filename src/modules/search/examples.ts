import type { Examples } from '../../platform/http/accepts.js';

export const searchExamples: Examples = {
  uce: {
    summary: 'Words, a phrase, an exclusion, and a filter',
    value: { query: 'garden "first snow" -rain', from: '2026-01-01', limit: 10 },
  },
};
