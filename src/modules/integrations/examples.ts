import type { Examples } from '../../platform/http/accepts.js';

export const callbackExamples: Examples = {
  any: {
    summary: 'What Facebook sent back with the browser',
    value: { code: 'AQBx7…', state: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg' },
  },
};

export const pushExamples: Examples = {
  uce: {
    summary: 'uce: title and text of the entry, on the only page',
    value: { entry_id: '019a0000-1000-7000-8000-000000000001' },
  },
  e2e: {
    summary: 'e2e: the text that is to be published',
    value: { entry_id: '019a0000-1000-7000-8000-000000000001', page_id: '104577012345678', text: 'First snow.' },
  },
};
