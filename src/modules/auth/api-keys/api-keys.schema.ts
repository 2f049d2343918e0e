import { z } from 'zod';
import { scopes } from '../../../platform/http/scopes.js';
import { Instant } from '../../../platform/http/wire.js';
import { SlotId } from '../auth.schema.js';
import { apiKeyListExamples, newApiKeyExamples } from './examples.js';

export const ApiKeyId = SlotId;
const ScopeName = z.enum(scopes);

export const ApiKeyDraft = z
  .strictObject({
    name: z.string().min(1).max(100),
    scopes: z
      .array(ScopeName)
      .min(1)
      .max(scopes.length)
      .refine((list) => new Set(list).size === list.length, 'names a scope twice')
      .describe('what it may do; every scope but inbox:write makes the server keep a slot that the key opens'),
    expires_at: Instant.optional(),
  })
  .meta({ id: 'ApiKeyDraft' });
export type ApiKeyDraft = z.infer<typeof ApiKeyDraft>;

const shown = {
  id: ApiKeyId,
  name: z.string(),
  prefix: z.string().describe('how the key begins and ends, to recognise it'),
  scopes: z.array(ScopeName),
  created_at: Instant,
  expires_at: Instant.nullable(),
  last_used_at: Instant.nullable().describe('to the hour'),
};

export const ApiKeyView = z.object(shown).meta({ id: 'ApiKey' });
export type ApiKeyView = z.infer<typeof ApiKeyView>;

export const NewApiKeyView = z
  .object({ ...shown, key: z.string().describe('shown this once') })
  .meta({ id: 'NewApiKey', examples: newApiKeyExamples });
export type NewApiKeyView = z.infer<typeof NewApiKeyView>;

export const ApiKeyListView = z
  .object({ data: z.array(ApiKeyView), next_cursor: z.null() })
  .meta({ id: 'ApiKeyList', examples: apiKeyListExamples });
export type ApiKeyListView = z.infer<typeof ApiKeyListView>;
