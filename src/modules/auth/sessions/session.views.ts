import { toBase64url } from '@daybook/sdk/crypto';
import type { DeviceView, SessionId } from '../auth.schema.js';
import type { DeviceEntity } from './device.entity.js';
import type { SessionRow } from './sessions.repository.js';
import type { SessionView } from './sessions.schema.js';

export const toSessionView = (row: SessionRow, current: SessionId): SessionView => ({
  id: row.id,
  is_current: row.id === current,
  device: row.device_id && row.device_name !== null ? { id: row.device_id, device_name: row.device_name } : null,
  user_agent: row.user_agent,
  created_at: row.created_at.toISOString(),
  last_used_at: row.last_used_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});

/** @param keyStatement the number of the statement in the key log that has its key */
export const toDeviceView = (device: DeviceEntity, keyStatement: number | null): DeviceView => ({
  id: device.id,
  device_name: device.name,
  device_type: device.type,
  platform: device.platform,
  public_key: device.publicKey && toBase64url(device.publicKey),
  key_statement: keyStatement,
  created_at: device.createdAt.toISOString(),
  last_seen_at: device.lastSeenAt.toISOString(),
});
