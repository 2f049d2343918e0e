import { z } from 'zod';
import { featuresExamples } from './examples.js';

export const TierName = z.enum(['e2e', 'uce']).describe('who can open content: see docs/what-the-server-sees.md');
export type TierName = z.infer<typeof TierName>;

const Bytes = z.int().nonnegative();

export const FeaturesView = z
  .object({
    tier: TierName,
    features: z
      .object({
        search: z.boolean().describe('the server searches: POST /search'),
        server_side_export: z.boolean().describe('the server writes an export of the diary'),
        facebook_push: z
          .boolean()
          .describe('a Facebook account can be connected: posts come in, entries can be published on pages'),
        ai: z.boolean().describe('the server works on content with language models'),
      })
      .describe('what this account may use here'),
    storage: z.object({
      used_bytes: Bytes.describe('of entries, versions and media, as they are stored: sealed'),
      quota_bytes: Bytes,
    }),
    limits: z
      .object({
        body_bytes_max: Bytes,
        upload_bytes_max: Bytes.describe('of one sealed file'),
        content_bytes_max: Bytes.describe('of the text of one entry, in UTF-8'),
        title_characters_max: z.int(),
        tags_max: z.int().describe('of one entry'),
        tag_characters_max: z.int(),
        versions_max: z.int().describe('earlier versions that may be kept of one entry'),
        batch_max: z.int().describe('entries in one batch'),
        sessions_max: z.int(),
        api_keys_max: z.int(),
      })
      .describe('how much one of each may have'),
  })
  .meta({ id: 'Features', examples: featuresExamples });
export type FeaturesView = z.infer<typeof FeaturesView>;
