import { historyType, type HistoryType } from '@daybook/sdk/crypto';
import { z } from 'zod';
import { Instant } from '../../../platform/http/wire.js';
import { historyExamples } from '../answer-examples.js';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the registry
const HistoryTypeName = z.enum(Object.keys(historyType) as [HistoryType, ...HistoryType[]]);

const shown = {
  seq: z.int().positive().describe('the place in the history of the account'),
  type: HistoryTypeName,
  version: z.int().nullable(),
  at: Instant,
  device_id: z.uuid().nullable(),
  session_id: z.uuid().nullable(),
  envelope_hash: z.base64url().nullable(),
  hash: z.base64url().describe('SHA-256 over the event and the hash before: docs/crypto.md, Verifiable history'),
  prev_hash: z.base64url(),
};

export const EntryHistoryView = z
  .object({ data: z.array(z.object(shown)), next_cursor: z.string().nullable() })
  .meta({ id: 'EntryHistory', examples: historyExamples });
export type EntryHistoryView = z.infer<typeof EntryHistoryView>;

/** One line of `GET /history`. */
export const HistoryEventView = z
  .object({ ...shown, entry_id: z.uuid().nullable().describe('what it is about: an entry, a device or an API key') })
  .meta({ id: 'HistoryEvent' });
export type HistoryEventView = z.infer<typeof HistoryEventView>;

export const HistoryQuery = z.strictObject({
  after_seq: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .default(0)
    .meta({ type: 'integer', minimum: 0, default: 0, pattern: undefined, description: 'the last event that is known' }),
});
export type HistoryQuery = z.infer<typeof HistoryQuery>;
