import { z } from 'zod';
import { bytes, Instant } from '../../../platform/http/wire.js';
import { DeviceId } from '../../auth/auth.schema.js';
import { EntryKind } from '../kinds.js';
import { versionExamples, versionPageExamples } from '../answer-examples.js';

const shown = {
  version: z.int().positive(),
  kind: EntryKind,
  entry_date: z.iso.date().nullable(),
  device_id: DeviceId.nullable().describe('where it was written; the device may be gone'),
  written_at: Instant,
  envelope_hash: z.base64url(),
  prev_envelope_hash: z.base64url(),
};

export const VersionPageView = z
  .object({ data: z.array(z.object(shown)), next_cursor: z.string().nullable() })
  .meta({ id: 'EntryVersionPage', examples: versionPageExamples });
export type VersionPageView = z.infer<typeof VersionPageView>;

const content = {
  title: z.string().nullable(),
  content: z.string(),
  mood: z.string().nullable(),
  tags: z.array(z.string()),
  location: z.record(z.string(), z.unknown()).nullable(),
  data: z.record(z.string(), z.unknown()).nullable(),
  language: z.string().nullable(),
};

export const VersionView = z
  .discriminatedUnion('tier', [
    z.object({ ...shown, tier: z.literal('uce'), ...content }),
    z.object({ ...shown, tier: z.literal('e2e'), sealed: z.base64url(), wrapped_key: z.base64url() }),
  ])
  .meta({ id: 'EntryVersion', examples: versionExamples });
export type VersionView = z.infer<typeof VersionView>;

export const VersionNumber = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a version: a whole number from 1 on')
  .transform(Number)
  .meta({ type: 'integer', minimum: 1, pattern: undefined });

export const Revert = z
  .strictObject({
    version: z.int().min(2).optional().describe('e2e: the version that this is: one more than the stored one'),
    prev_envelope_hash: bytes(32).optional().describe('e2e: SHA-256 of the envelope of the stored version'),
    sealed: bytes(1, 300 * 1024)
      .optional()
      .describe('e2e: the old content, sealed by the client as the next version'),
    wrapped_key: bytes(112).optional().describe('e2e: another content key'),
    tag_tokens: z.array(bytes(16)).max(50).optional().describe('e2e'),
  })
  .describe('uce: nothing; e2e: the old content as the next version')
  .meta({ id: 'Revert' });
export type Revert = z.infer<typeof Revert>;
