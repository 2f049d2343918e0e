import { Injectable } from '@nestjs/common';
import type { Principal, Tx } from '../../../platform/database/database.js';
import { UserData } from '../../../platform/user-data.js';

/** Each section with the columns that are told; hashes, wrapped keys and whatever proves or opens something are not. */
const SECTIONS = {
  user: `SELECT user_id AS id, tier, email, email_verified_at, display_name, time_zone, locale, created_at FROM users`,
  sign_in_names: `SELECT kind, name FROM sign_in_names`,
  password: `SELECT changed_at FROM passwords`,
  imported_password: `SELECT 'bcrypt' AS kind FROM imported_passwords`,
  address_to_prove: `SELECT email, expires_at FROM email_codes`,
  keys: `SELECT kind, created_at, last_used_at, expires_at FROM slots`,
  public_keys: `SELECT algorithm, encode(public_key, 'hex') AS public_key_hex FROM private_keys`,
  key_log: `SELECT n, encode(statement, 'hex') AS statement_hex FROM key_log`,
  recovery_codes: `SELECT created_at, used_at FROM recovery_codes`,
  resets: `SELECT expires_at FROM recovery_tokens`,
  devices: `SELECT id, name, type, platform, encode(public_key, 'hex') AS public_key_hex, created_at, last_seen_at FROM devices`,
  sessions: `SELECT id, device_id, user_agent, created_at, last_used_at, expires_at, password_at FROM sessions`,
  api_keys: `SELECT id, name, scopes, hint, created_at, expires_at, last_used_at FROM api_keys`,
  security_events: `SELECT type, at, session_id, device_id, subject_id, reason FROM security_events`,
} as const;
const ROWS_MAX = 10_000;

/** The account itself; its own row goes last, with the erasing (eraser.ts). */
@Injectable()
export class AccountUserData extends UserData {
  readonly name = 'account';
  readonly tables = [
    { name: 'slots', key: 'id' },
    { name: 'sessions', key: 'id' },
    { name: 'api_keys', key: 'id' },
    { name: 'passwords' },
    { name: 'imported_passwords' },
    { name: 'recovery_codes', key: 'id' },
    { name: 'recovery_tokens', key: 'id' },
    { name: 'private_keys', key: 'algorithm' },
    { name: 'sign_in_names', key: 'name' },
    { name: 'email_codes' },
    { name: 'devices', key: 'id' },
    { name: 'key_log', key: 'n' },
    { name: 'security_events', key: 'id' },
  ];

  async tell(tx: Tx, { userId }: Principal) {
    const told: Record<string, unknown> = {};
    for (const [section, select] of Object.entries(SECTIONS))
      told[section] = await tx.query(`${select} WHERE user_id = $1 LIMIT ${ROWS_MAX}`, [userId]);
    return told;
  }
}
