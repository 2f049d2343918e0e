import { z } from 'zod';
import { Instant } from '../../platform/http/wire.js';
import { EntryId } from '../entries/entries.schema.js';
import { connectBegunExamples, connectionExamples, connectionListExamples } from './examples.js';

export const ConnectionId = z.uuidv7().toLowerCase().brand<'ConnectionId'>();
export type ConnectionId = z.infer<typeof ConnectionId>;

/** Of a text on a page (Graph API, Page Feed). */
const TEXT_CHARACTERS_MAX = 63_206;

export const connectionStates = ['active', 'needs_reconnect', 'rate_limited', 'out_of_storage'] as const;
export type ConnectionState = (typeof connectionStates)[number];

const PageId = z.string().regex(/^[\w-]{1,100}$/, 'must be the id of a page');

export const FacebookCallback = z
  .strictObject({
    code: z.string().min(1).max(2_000).describe('as Facebook sent it back with the browser'),
    state: z
      .string()
      .regex(/^[\w-]{43}$/, 'must be a state that this server gave out')
      .describe('as Facebook sent it back with the browser'),
  })
  .meta({ id: 'FacebookCallback' });
export type FacebookCallback = z.infer<typeof FacebookCallback>;

export const FacebookPush = z
  .strictObject({
    entry_id: EntryId,
    page_id: PageId.optional().describe('needed where there are several pages'),
    text: z
      .string()
      .max(TEXT_CHARACTERS_MAX)
      .refine((text) => text.trim() !== '', 'must not be empty')
      .optional()
      .describe('what is published; uce: title and text of the entry unless given; e2e: needed'),
  })
  .meta({ id: 'FacebookPush' });
export type FacebookPush = z.infer<typeof FacebookPush>;

export const isTooLong = (text: string): boolean => text.length > TEXT_CHARACTERS_MAX;

export const ConnectBegunView = z
  .object({
    authorization_url: z.url().describe('where the browser goes for the user to agree'),
    state: z.string().describe('comes back with the browser: compare it, and send it with the code; for ten minutes'),
  })
  .meta({ id: 'ConnectBegun', examples: connectBegunExamples });
export type ConnectBegunView = z.infer<typeof ConnectBegunView>;

export const ConnectionView = z
  .object({
    id: ConnectionId,
    provider: z.literal('facebook'),
    state: z
      .enum(connectionStates)
      .describe('`needs_reconnect`: connect again; `out_of_storage`: nothing is brought before there is room'),
    limited_until: Instant.nullable().describe('`rate_limited`: Facebook is asked again then'),
    scopes: z.array(z.string()).describe('what the user has allowed'),
    pages: z.array(z.object({ id: z.string(), name: z.string() })).describe('where can be published'),
    connected_at: Instant,
    last_synced_at: Instant.nullable().describe('when posts were last brought to the end'),
    expires_at: Instant.nullable().describe('when the user has to agree again, as far as Facebook says'),
  })
  .meta({ id: 'Connection', examples: connectionExamples });
export type ConnectionView = z.infer<typeof ConnectionView>;

export const ConnectionListView = z
  .object({ data: z.array(ConnectionView) })
  .meta({ id: 'ConnectionList', examples: connectionListExamples });
export type ConnectionListView = z.infer<typeof ConnectionListView>;
