import type { Examples } from '../../platform/http/accepts.js';

export const arrivalExamples: Examples = {
  plain: {
    summary: 'Let the server seal it',
    value: { source: 'weather-station', entry_date: '2026-11-21', content: 'First snow at six in the morning: 4 cm.' },
  },
};

export const acceptanceExamples: Examples = { uce: { summary: 'uce: nothing to send', value: {} } };
