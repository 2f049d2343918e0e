import type { Examples } from '../../../platform/http/accepts.js';

const identity = {
  n: 1,
  statement:
    'RFMBATfLdVQBwGG0obx1f91wmcYBof90629-bqQiJzbJdwU0AAAAAAAAAAEAAAGh_3TrbwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQlfgshNYqbsNPkHjeGC52Pf3a_LHBcAKrDhNNV4LwAj7YPEnq6k0eeXcXLNn2Y7C6y19CVpwqTS_km55eXmhG2IAAl1DnsjZYPEYvkdFWVWDlKnCtdwILGQaM8G7B9PLxQgU-ZcTNb31_8V3ZtsuCg95PRPctc3-gnbNktZS-vebyw4',
};
const device = {
  n: 2,
  statement:
    'RFMBAjfLdVQBwGG0obx1f91wmcYBof90629-bqQiJzbJdwU0AAAAAAAAAAIAAAGh_3TsLyIhMwFwra7cgbGk4XIkEwv7-JOJqeGDwRSD18FvRryHAAAAMAGh_3TsHndPqqUWOVaEWlh-paUMoaxowTQ7FoPE9tmc2B3qH65_EAyIyqyLqOaWLKKEXZkCHk6gMMxcAjvvy_3pIjxwZW1xUqf7MQ9U-X3H4DD1oqU3srnmQV8x8FgEo6lx_AWJoyysriSweWy1Ngc',
};

export const statementExamples: Examples = {
  e2e: {
    summary: 'e2e: a device has a key (type 2)',
    description:
      'Signed by the account’s own key over the statement before it, so a client has to make it: `signDeviceStatement` in ' +
      'the SDK. This one is of an account that is gone.',
    value: { statement: device.statement },
  },
};

export const addedExamples: Examples = {
  e2e: { summary: 'The second statement', value: device },
};

export const keyLogExamples: Examples = {
  any: {
    summary: 'The account’s keys, and the key of a device',
    value: { data: [identity, device], next_cursor: null },
  },
};
