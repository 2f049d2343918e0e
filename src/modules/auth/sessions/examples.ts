import type { Examples } from '../../../platform/http/accepts.js';

export const tokensExamples = {
  uce: {
    access_token:
      'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJhdWQiOiJkYXlib29rIiwic3ViIjoiMDFhMWZmNzQtZTBkMC03NTE2LTkwOTAtNDhhOTQ5MzYyMGM5Iiwic2lkIjoiMDFhMWZmNzQtZTE5Yi03NTQyLTk0ZDctNTk4NDNkZDQwNzkxIiwianRpIjoiMDFhMWZmNzQtZTFhMC03MWExLWJhNWMtZjUyZDRkOTkwMDUzIiwiaWF0IjoxNzk1Mjg3MjEyLCJleHAiOjE3OTUyODgxMTIsImtleSI6ImQzWkMwU29fMjJ4RnJUaGIxZHhVRVk2ZWI0dGpkaFI2ZE1JMHcwRDFVbmcifQ.ED6LZJtzty29wooHIgMqtorjruAsP1aWIi3ROjGBq5mkNerpE8s4e-2g0NflrrG3MjOBgluFYlSMim-nEpkTVA',
    refresh_token:
      'dbr_AaH_dODQdRaQkEipSTYgyQGh_3Thm3VClNdZhD3UB5G8VlnPoF1AoC-Wbyyd8Iv3p-HPyI0m0S1y7W5gK3R3rH1F_U1vdmHfYyVTpaRQa0I',
    token_type: 'bearer',
    expires_in: 900,
  },
  e2e: {
    access_token:
      'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJhdWQiOiJkYXlib29rIiwic3ViIjoiMDE5YTAwMDAtMjEyMC03YjFkLWEzNzQtYzNiNjVhNmJjZmYxIiwic2lkIjoiMDFhMWZmNzQtZThhMi03NzZhLWExMGMtOTkyZjMzZWRlNWNmIiwianRpIjoiMDFhMWZmNzQtZThhMy03NzRiLWFiMGMtM2M3MTU1NjMwMjZiIiwiaWF0IjoxNzk1Mjg3MjE0LCJleHAiOjE3OTUyODgxMTR9.IIsQGMqIfGcNAX6wQW1Lxg571aLP7DzquGd9lkxYHds91N4y2RCpMOTN8VWyOzgkPDkb2xtvSnKvFFvv8w1ypg',
    refresh_token:
      'dbr_AZoAACEgex2jdMO2WmvP8QGh_3ToondqoQyZLzPt5c-LN8yJmo3XWHrNNJq4frXqHWw0iwA6u7EzaHYbAZ2crfpUl0X0g-oiDwefTVn46h8',
    token_type: 'bearer',
    expires_in: 900,
  },
};

export const refreshExamples: Examples = {
  any: {
    summary: 'The refresh token of the last answer that had tokens',
    description:
      'Of signing up, signing in, refreshing, or setting a new password. This one belongs to nobody: put your own in its place.',
    value: { refresh_token: tokensExamples.uce.refresh_token },
  },
};

export const refreshedExamples: Examples = {
  uce: { summary: 'uce', value: { tokens: tokensExamples.uce } },
  e2e: { summary: 'e2e', value: { tokens: tokensExamples.e2e } },
  cookie: { summary: 'In cookie mode: the cookies are set anew', value: {} },
};

export const deviceExample = {
  id: '01a1ff74-e19b-7542-94d7-5f4707c86966',
  device_name: 'My browser',
  device_type: 'web',
  platform: 'firefox',
  public_key: null,
  key_statement: null,
  created_at: '2026-11-21T18:53:32.443Z',
  last_seen_at: '2026-11-21T18:53:32.443Z',
};

const keyedDeviceExample = {
  id: '01a1ff74-ec1e-774f-aaa5-163956845a58',
  device_name: 'Kitchen tablet',
  device_type: 'mobile',
  platform: 'ios',
  public_key: 'fqWlDKGsaME0OxaDxPbZnNgd6h-ufxAMiMqsi6jmliw',
  key_statement: 2,
  created_at: '2026-11-21T18:53:35.134Z',
  last_seen_at: '2026-11-21T18:53:35.134Z',
};

export const renamedExamples: Examples = {
  any: { summary: 'With a key that the key log has', value: keyedDeviceExample },
};

export const deviceListExamples: Examples = {
  any: {
    summary: 'One with a key that the key log has, one without',
    value: { data: [keyedDeviceExample, deviceExample], next_cursor: null },
  },
};

export const sessionListExamples: Examples = {
  any: {
    summary: 'This one, and that of another device',
    value: {
      data: [
        {
          id: '01a1ff74-ec1e-7750-8f4b-2a6d9c3e1b70',
          is_current: false,
          device: { id: keyedDeviceExample.id, device_name: keyedDeviceExample.device_name },
          user_agent: 'Safari on iOS',
          created_at: keyedDeviceExample.created_at,
          last_used_at: keyedDeviceExample.last_seen_at,
          expires_at: '2026-12-21T18:53:35.134Z',
        },
        {
          id: '01a1ff74-e19b-7542-94d7-59843dd40791',
          is_current: true,
          device: { id: deviceExample.id, device_name: deviceExample.device_name },
          user_agent: 'Firefox on Linux',
          created_at: '2026-11-21T18:53:32.443Z',
          last_used_at: '2026-11-21T18:53:32.443Z',
          expires_at: '2026-12-21T18:53:32.446Z',
        },
      ],
      next_cursor: null,
    },
  },
};
