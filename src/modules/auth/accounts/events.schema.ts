import { z } from 'zod';
import { Instant } from '../../../platform/http/wire.js';
import { DeviceId, SessionId } from '../auth.schema.js';

export const securityEventTypes = [
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
] as const;
export type SecurityEventType = (typeof securityEventTypes)[number];

const SecurityEventView = z
  .object({
    id: z.uuidv7(),
    type: z.enum(securityEventTypes),
    at: Instant,
    session_id: SessionId.nullable(),
    device_id: DeviceId.nullable(),
    reason: z.string().nullable().describe('what the operator gave as reason, where an operator did it'),
  })
  .meta({ id: 'SecurityEvent' });

export const SecurityEventPageView = z
  .object({ data: z.array(SecurityEventView), next_cursor: z.string().nullable() })
  .meta({ id: 'SecurityEventPage' });
export type SecurityEventPageView = z.infer<typeof SecurityEventPageView>;

export const KeyLogView = z
  .object({ data: z.array(z.object({ n: z.int().positive(), statement: z.base64url() })), next_cursor: z.null() })
  .meta({ id: 'KeyLog' });
export type KeyLogView = z.infer<typeof KeyLogView>;
