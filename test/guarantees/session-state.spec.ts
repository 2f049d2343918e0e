import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/**
 * What outlives a transaction, so that a pooler in transaction mode would give it to somebody else or lose it: settings, locks and
 * statements of a session, notifications that are waited for, temporary tables, cursors.
 */
const OF_A_SESSION = [
  /[`'"(]\s*SET\s+(?!LOCAL\b)/,
  /\bset_config\([^)]*,\s*false\s*\)/i,
  /\bpg_(try_)?advisory_(un)?lock(_shared)?\(/i,
  /[`'"(]\s*(LISTEN|UNLISTEN|PREPARE|DECLARE|DISCARD|RESET)\s/,
  /\bCREATE\s+(LOCAL\s+)?TEMP/i,
  /\bWITH HOLD\b/,
  /\bquery\(\s*\{\s*name:/,
];
/** Goes to PostgreSQL itself: docs/scale.md. */
const DIRECT = ['src/platform/database/migrate.ts'];

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n');
const findIn = (lines: readonly string[]) => lines.filter((line) => OF_A_SESSION.some((one) => one.test(line)));

describe('the server', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join('src', name));

  it('leaves nothing in a session of PostgreSQL, but for the migration job', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => findIn(linesOf(file)).length > 0)).toEqual(DIRECT);
  });

  it.each([
    "client.query('SET app.user_id = 1')",
    "SELECT set_config('app.user_id', $1, false)",
    'SELECT pg_advisory_lock(1)',
    'SELECT pg_try_advisory_lock(1)',
    "client.query('LISTEN changes')",
    '`PREPARE one AS SELECT 1`',
    'CREATE TEMPORARY TABLE one (id uuid)',
    "client.query({ name: 'one', text })",
  ])('would be found out by: %s', (line) => {
    expect(findIn([line])).toEqual([line]);
  });

  it.each([
    'SET LOCAL ROLE daybook_system',
    "SELECT set_config('app.user_id', $1, true)",
    'SELECT pg_try_advisory_xact_lock($1)',
    'UPDATE users SET tier = $1',
  ])('may say: %s', (line) => {
    expect(findIn([`'${line}'`])).toEqual([]);
  });
});
