import { DataSource } from 'typeorm';
import type { TestDatabase } from './database.js';

/** One statement as the system role, outside of the application; `before` it, another in the same transaction. */
export async function inSystemRole(
  database: TestDatabase,
  sql: string,
  before?: string,
): Promise<Record<string, unknown>[]> {
  const source = await new DataSource({ type: 'postgres', url: database.url('api') }).initialize();
  const runner = source.createQueryRunner();
  try {
    // Within a transaction: a pooler would hand the role of a session to others.
    await runner.startTransaction();
    await runner.query('SET LOCAL ROLE daybook_system');
    if (before !== undefined) await runner.query(before);
    return await runner.query(sql);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
    await source.destroy();
  }
}
