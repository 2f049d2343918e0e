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

export const connectBegunExamples: Examples = {
  any: {
    summary: 'Where the browser goes',
    value: {
      authorization_url:
        'https://www.facebook.com/v25.0/dialog/oauth?client_id=1234567890&redirect_uri=https%3A%2F%2Fapp.example.com%2Ffacebook&response_type=code&scope=public_profile%2Cuser_posts%2Cpages_show_list%2Cpages_read_engagement%2Cpages_manage_posts&state=Etq45WGLd62s4tTxyWpCmGIeKpfB27rSyaRcmdrAQ8M&code_challenge=d6BQRg4fs0W23BjJmRMTyg-hK0c9yyGf-HTfMXqr8fw&code_challenge_method=S256',
      state: 'Etq45WGLd62s4tTxyWpCmGIeKpfB27rSyaRcmdrAQ8M',
    },
  },
};

const connection = {
  id: '01a1ff74-f239-70d5-a552-da33e64bca26',
  provider: 'facebook',
  state: 'active',
  limited_until: null,
  scopes: ['pages_manage_posts', 'pages_read_engagement', 'pages_show_list', 'public_profile', 'user_posts'],
  pages: [{ id: '104577012345678', name: 'Garden notes' }],
  connected_at: '2026-11-21T18:53:36.697Z',
  last_synced_at: '2026-11-21T18:53:36.882Z',
  expires_at: '2027-01-20T18:53:36.695Z',
};
export const connectionExamples: Examples = {
  any: { summary: 'New: nothing was brought yet', value: { ...connection, last_synced_at: null } },
};
export const connectionListExamples: Examples = { any: { summary: 'One account', value: { data: [connection] } } };
