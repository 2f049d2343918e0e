import type { HistoryType } from '@daybook/sdk/crypto';
import { z } from 'zod';
import { Instant } from '../../../platform/http/wire.js';
import { DeviceId, SessionId } from '../auth.schema.js';
import { securityEventsExamples } from './answer-examples.js';

/** Each is in the user's ledger as well, by the same name. */
export const securityEventTypes = [
  'account_created',
  'device_added',
  'device_removed',
  'refresh_token_reused',
  'password_changed',
  'password_reset',
  'recovery_code_used',
  'recovery_codes_renewed',
  'email_changed',
  'api_key_made',
  'api_key_revoked',
  'account_locked',
  'account_unlocked',
  'integration_connected',
  'integration_disconnected',
] as const satisfies readonly HistoryType[];
export type SecurityEventType = (typeof securityEventTypes)[number];

const SecurityEventView = z
  .object({
    id: z.uuidv7(),
    type: z.enum(securityEventTypes),
    at: Instant,
    session_id: SessionId.nullable(),
    device_id: DeviceId.nullable(),
    subject_id: z.uuid().nullable().describe('the device, API key or connection that was added or taken away'),
    reason: z.string().nullable().describe('what the operator gave as reason, where an operator did it'),
  })
  .meta({ id: 'SecurityEvent' });

export const SecurityEventPageView = z
  .object({ data: z.array(SecurityEventView), next_cursor: z.string().nullable() })
  .meta({ id: 'SecurityEventPage', examples: securityEventsExamples });
export type SecurityEventPageView = z.infer<typeof SecurityEventPageView>;
