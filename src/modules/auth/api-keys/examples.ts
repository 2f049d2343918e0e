import type { Examples } from '../../../platform/http/accepts.js';

const apiKey = {
  id: '01a1ff74-e279-7082-87ac-691827d63134',
  name: 'Nightly print-out',
  prefix: 'dbk_…0000',
  scopes: ['entries:read'],
  created_at: '2026-11-21T18:53:32.665Z',
  expires_at: null,
  last_used_at: null,
};

/** Of the form of a key, but with a secret and a check that no key has: nothing that scans for secrets stops at it. */
const key = 'dbk_06gzyx70t1thd44g92mmjdh0s4_0000000000000000000000000000000000000000000000000000_0000000';

export const newApiKeyExamples: Examples = {
  any: { summary: 'The key, shown this once', value: { ...apiKey, key } },
};

export const apiKeyListExamples: Examples = {
  any: {
    summary: 'A key that was used',
    value: { data: [{ ...apiKey, last_used_at: '2026-11-22T03:00:00.000Z' }], next_cursor: null },
  },
};
