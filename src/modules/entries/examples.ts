import type { Examples } from '../../platform/http/accepts.js';

export const draftExamples: Examples = {
  uce: {
    summary: 'uce: the server seals it',
    value: {
      entry_date: '2026-11-21',
      title: 'First snow',
      content: 'Woke up to a white garden. The cat refused to believe it.',
      mood: 'calm',
      tags: ['garden'],
    },
  },
};
