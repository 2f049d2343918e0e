import { z } from 'zod';
import type { Examples } from '../../../platform/http/accepts.js';
import { Instant } from '../../../platform/http/wire.js';
import { DeviceId, DeviceView, SessionId } from '../auth.schema.js';
import { deviceListExamples, sessionListExamples } from './examples.js';

const SessionView = z
  .object({
    id: SessionId,
    is_current: z.boolean().describe('whether this request came through it'),
    device: z.object({ id: DeviceId, device_name: z.string() }).nullable(),
    user_agent: z.string().nullable().describe('browser or app and system, without versions'),
    created_at: Instant,
    last_used_at: Instant.describe('when its tokens were last refreshed'),
    expires_at: Instant,
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof SessionView>;

const listOf = <Item extends z.ZodType>(item: Item, id: string, examples: Examples) =>
  z.object({ data: z.array(item), next_cursor: z.null() }).meta({ id, examples });

export const SessionListView = listOf(SessionView, 'SessionList', sessionListExamples);
export type SessionListView = z.infer<typeof SessionListView>;
export const DeviceListView = listOf(DeviceView, 'DeviceList', deviceListExamples);
export type DeviceListView = z.infer<typeof DeviceListView>;

export const DeviceChange = z.strictObject({ device_name: z.string().min(1).max(100) }).meta({ id: 'DeviceChange' });
export type DeviceChange = z.infer<typeof DeviceChange>;
