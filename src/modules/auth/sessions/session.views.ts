import type { SessionId } from '../auth.schema.js';
import type { DeviceEntity } from './device.entity.js';
import type { SessionRow } from './sessions.repository.js';
import type { DeviceView, SessionView } from './sessions.schema.js';

export const toSessionView = (row: SessionRow, current: SessionId): SessionView => ({
  id: row.id,
  is_current: row.id === current,
  device: row.device_id && row.device_name !== null ? { id: row.device_id, device_name: row.device_name } : null,
  user_agent: row.user_agent,
  created_at: row.created_at.toISOString(),
  last_used_at: row.last_used_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});

export const toDeviceView = ({ id, name, type, platform, createdAt, lastSeenAt }: DeviceEntity): DeviceView => ({
  id,
  device_name: name,
  device_type: type,
  platform,
  created_at: createdAt.toISOString(),
  last_seen_at: lastSeenAt.toISOString(),
});
