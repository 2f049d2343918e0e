import type pg from 'pg';
import { findDurabilityFaults } from '../database/durability.js';
import type { Fault } from './finding.js';

/** Whether what the database acknowledges is on disk: asked by the doctor, and of backups. */
export async function lookAtDurability(client: pg.ClientBase): Promise<string | Fault[]> {
  const faults = await findDurabilityFaults(
    async (sql) => (await client.query<{ name: string; setting: string }>(sql)).rows,
  );
  return faults.length > 0 ? faults : 'what is acknowledged is on disk';
}
