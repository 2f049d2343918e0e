import type { Examples } from '../../../platform/http/accepts.js';
import { e2eSignUpExample } from './e2e-example.js';

const device = { device_name: 'My browser', device_type: 'web', platform: 'firefox' };
const uce = { email: 'ada@example.com', password: 'a rainy sunday with cocoa' };

export const signUpExamples: Examples = {
  uce: { summary: 'uce: the server encrypts, with a key of the user', value: { tier: 'uce', ...uce, device } },
  e2e: { summary: 'e2e: the client made all keys (the account of sdk/vectors/sign-up.json)', value: e2eSignUpExample },
};

export const profileExamples: Examples = {
  any: { summary: 'Name and time zone', value: { display_name: 'Ada', time_zone: 'Europe/Vienna', locale: 'de-AT' } },
};

export const preloginExamples: Examples = {
  any: { summary: 'Any address', value: { email: uce.email } },
};

export const loginExamples: Examples = {
  uce: { summary: 'uce', value: { ...uce, device } },
  cookie: {
    summary: 'uce, in a page of this server: cookies in place of tokens',
    value: { ...uce, device, mode: 'cookie' },
  },
  e2e: {
    summary: 'e2e: the authentication key in place of the password',
    value: { tier: 'e2e', email: e2eSignUpExample.email, password: e2eSignUpExample.password },
  },
};

export const passwordExamples: Examples = {
  uce: { summary: 'uce', value: { current_password: uce.password, new_password: 'a windy monday with tea' } },
  e2e: {
    summary: 'e2e: the account of the sign-up example, to the same password again',
    value: {
      current_password: e2eSignUpExample.password,
      new_password: e2eSignUpExample.password,
      keys: { kdf: e2eSignUpExample.kdf, slot: e2eSignUpExample.keys.slot },
    },
  },
};

export const eraseExamples: Examples = {
  uce: { summary: 'uce', value: { password: uce.password } },
  e2e: {
    summary: 'e2e: the authentication key in place of the password',
    value: { password: e2eSignUpExample.password },
  },
};

export const emailExamples: Examples = {
  uce: { summary: 'uce', value: { email: 'ada.lovelace@example.com', password: uce.password } },
  e2e: {
    summary: 'e2e: the authentication key in place of the password',
    value: { email: 'ada.king@example.com', password: e2eSignUpExample.password },
  },
};

export const codesExamples: Examples = {
  uce: { summary: 'uce: the server makes them', value: {} },
  e2e: {
    summary: 'e2e: the client made them (here those of the sign-up example again)',
    value: { recovery: e2eSignUpExample.recovery },
  },
};

export const emailCodeExamples: Examples = {
  any: {
    summary: 'The six digits of the mail',
    description:
      'Mailed to the address of a sign-up, and to the one that POST /auth/change-email names. Put those of your mail in ' +
      'their place. `npm start` writes mail into the folder `mail` of its data, unless SMTP_URL is set.',
    value: { code: '493027' },
  },
};
