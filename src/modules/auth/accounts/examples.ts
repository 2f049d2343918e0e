import type { Examples } from '../../../platform/http/accepts.js';
import { e2eSignUpExample } from './e2e-example.js';

const device = { device_name: 'My browser', device_type: 'web', platform: 'firefox' };
const uce = { email: 'ada@example.com', password: 'a rainy sunday with cocoa' };

export const signUpExamples: Examples = {
  uce: { summary: 'uce: the server encrypts, with a key of the user', value: { tier: 'uce', ...uce, device } },
  e2e: { summary: 'e2e: the client made all keys (the account of sdk/vectors/sign-up.json)', value: e2eSignUpExample },
};

export const preloginExamples: Examples = {
  any: { summary: 'Any address', value: { email: uce.email } },
};

export const loginExamples: Examples = {
  uce: { summary: 'uce', value: { ...uce, device } },
  e2e: {
    summary: 'e2e: the authentication key in place of the password',
    value: { tier: 'e2e', email: e2eSignUpExample.email, password: e2eSignUpExample.password },
  },
};
