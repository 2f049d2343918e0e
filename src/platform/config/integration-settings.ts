import { z } from 'zod';
import { Secret } from './secret.js';

const service = (example: string) =>
  z
    .url({ protocol: /^https?$/, abort: true })
    .refine((text) => {
      const { pathname, search, hash, username, password } = new URL(text);
      return [search, hash, username, password].every((part) => part === '') && pathname === '/';
    }, `must be an origin such as ${example}`)
    .transform((url) => new URL(url).origin);

/** `host:port`, as a URL has them: a name or an address, the latter of IPv6 in brackets. */
const PLACE = /^([a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\]):\d{1,5}$/;

/** Other services that this one asks. */
export const integrationSettings = {
  OUTBOUND_ALLOWED_PRIVATE: z
    .string()
    .transform((text) => (text === '' ? [] : text.split(',').map((part) => part.trim())))
    .refine((list) => list.every((place) => PLACE.test(place)), 'must be host:port pairs, comma-separated')
    .default([])
    .describe('places (host:port) that may be asked over http and at a private address: for tests and mirrors alone'),
  FACEBOOK_APP_ID: z
    .string()
    .regex(/^\d{1,32}$/, 'must be the digits of an app id')
    .optional()
    .describe('app at Meta'),
  FACEBOOK_APP_SECRET: z
    .string()
    .min(16)
    .refine((text) => !text.includes('change-me'), 'is still the example value')
    .transform((text) => new Secret(text))
    .optional()
    .describe('the secret of that app'),
  FACEBOOK_REDIRECT_URI: z
    .url({ protocol: /^https?$/, abort: true })
    .refine((text) => new URL(text).hash === '', 'must have no fragment')
    .optional()
    .describe('where Facebook sends the browser back to, exactly as it is entered there'),
  FACEBOOK_GRAPH_URL: service('https://graph.facebook.com')
    .default('https://graph.facebook.com')
    .describe('origin of the Graph API'),
  FACEBOOK_DIALOG_URL: service('https://www.facebook.com')
    .default('https://www.facebook.com')
    .describe('origin of the login dialog'),
  FACEBOOK_GRAPH_VERSION: z
    .string()
    .regex(/^v\d{1,3}\.\d{1,2}$/, 'must be such as v25.0')
    .default('v25.0')
    .describe('version of the Graph API and of the dialog'),
};

/** What Facebook needs besides: all of it or nothing. */
export const facebookNeeds = [
  'FACEBOOK_APP_ID',
  'FACEBOOK_APP_SECRET',
  'FACEBOOK_REDIRECT_URI',
  'SERVER_KEYS',
] as const;

interface Place {
  readonly [name: string]: unknown;
  readonly OUTBOUND_ALLOWED_PRIVATE: readonly string[];
}

/** What is wrong with these settings taken together, by name. */
export function faultsOfIntegrations(values: Place): { name: string; fault: string }[] {
  const isSet = (name: string) => values[name] !== undefined;
  const some = ['FACEBOOK_APP_ID', 'FACEBOOK_APP_SECRET', 'FACEBOOK_REDIRECT_URI'].some(isSet);
  const missing = some ? facebookNeeds.filter((name) => !isSet(name)) : [];
  const graph = new URL(String(values['FACEBOOK_GRAPH_URL']));
  const isAllowed = values.OUTBOUND_ALLOWED_PRIVATE.includes(`${graph.hostname}:${graph.port || '80'}`);
  return [
    ...missing.map((name) => ({ name, fault: 'is missing: Facebook needs it' })),
    ...(graph.protocol === 'https:' || isAllowed
      ? []
      : [
          {
            name: 'FACEBOOK_GRAPH_URL',
            fault: 'must begin with https, unless OUTBOUND_ALLOWED_PRIVATE names its place',
          },
        ]),
  ];
}
