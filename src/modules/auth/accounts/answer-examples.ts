import type { Examples } from '../../../platform/http/accepts.js';
import { codes } from '../recovery/examples.js';
import { deviceExample, tokensExamples } from '../sessions/examples.js';
import { e2eSignUpExample } from './e2e-example.js';

const fresh = {
  is_email_verified: false,
  display_name: null,
  time_zone: null,
  locale: null,
  settings: { versions_kept: 1000 },
};
const profile = { is_email_verified: true, display_name: 'Ada', time_zone: 'Europe/Vienna', locale: 'de-AT' };

const uce = {
  id: '01a1ff74-e0d0-7516-9090-48a9493620c9',
  email: 'ada@example.com',
  tier: 'uce',
  ...fresh,
  created_at: '2026-11-21T18:53:32.241Z',
};
const e2e = {
  id: e2eSignUpExample.user_id,
  email: e2eSignUpExample.email,
  tier: 'e2e',
  ...fresh,
  created_at: '2026-11-21T18:53:34.226Z',
};

export const userExamples: Examples = {
  uce: { summary: 'uce', value: { ...uce, ...profile } },
  e2e: { summary: 'e2e', value: { ...e2e, ...profile } },
};

export const signedUpExamples: Examples = {
  uce: {
    summary: 'uce: with recovery codes, shown this once',
    value: { user: uce, tokens: tokensExamples.uce, device: deviceExample, recovery_codes: codes },
  },
  e2e: { summary: 'e2e: the client made its codes', value: { user: e2e, tokens: tokensExamples.e2e } },
};

const { kdf, keys } = e2eSignUpExample;

export const signedInExamples: Examples = {
  uce: { summary: 'uce', value: { user: uce, tokens: tokensExamples.uce, device: deviceExample } },
  cookie: { summary: 'uce, in cookie mode: the tokens are in cookies', value: { user: uce, device: deviceExample } },
  e2e: {
    summary: 'e2e: with the wrapped keys',
    value: { user: e2e, tokens: tokensExamples.e2e, keys: { ...keys, kdf } },
  },
};

export const preloginAnswerExamples: Examples = {
  any: {
    summary: 'Of any address',
    value: { kdf: { alg: 'argon2id', m_kib: 262144, t: 3, p: 1, salt: 'VFfm2bO2RwuHwxAIu2jZzg' } },
  },
};

export const passwordChangedExamples: Examples = {
  uce: { summary: 'uce', value: { tokens: tokensExamples.uce, api_keys_kept: 1 } },
  e2e: { summary: 'e2e', value: { tokens: tokensExamples.e2e, api_keys_kept: 1 } },
  cookie: { summary: 'In cookie mode: the cookies are set anew', value: { api_keys_kept: 1 } },
};

export const emailAskedExamples: Examples = {
  any: { summary: 'The new address', value: { email: 'ada.lovelace@example.com' } },
};

export const securityEventsExamples: Examples = {
  any: {
    summary: 'A password was changed, after a device was added',
    value: {
      data: [
        {
          id: '01a1ff74-e660-70a5-9d7e-abe14f27bed0',
          type: 'password_changed',
          at: '2026-11-21T18:53:33.664Z',
          session_id: '01a1ff74-e19b-7542-94d7-59843dd40791',
          device_id: deviceExample.id,
          subject_id: null,
          reason: null,
        },
        {
          id: '01a1ff74-e19d-7662-aaee-9a68898bbace',
          type: 'device_added',
          at: '2026-11-21T18:53:32.445Z',
          session_id: '01a1ff74-e19b-7542-94d7-59843dd40791',
          device_id: deviceExample.id,
          subject_id: deviceExample.id,
          reason: null,
        },
      ],
      next_cursor: null,
    },
  },
};
