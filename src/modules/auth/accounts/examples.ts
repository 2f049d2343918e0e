import type { Examples } from '../../../platform/http/accepts.js';

const device = { device_name: 'My browser', device_type: 'web', platform: 'firefox' };
const uce = { email: 'ada@example.com', password: 'a rainy sunday with cocoa' };

export const signUpExamples: Examples = {
  uce: { summary: 'uce: the server encrypts, with a key of the user', value: { tier: 'uce', ...uce, device } },
};

export const preloginExamples: Examples = {
  any: { summary: 'Any address', value: { email: uce.email } },
};

export const loginExamples: Examples = {
  uce: { summary: 'uce', value: { ...uce, device } },
};
