import pg from 'pg';
import { describeDatabase } from '../../scripts/schema.mjs';

export const PARTS = 8;

const TABLE = /CREATE TABLE (\w+) \(\n([\s\S]*?)\n\);/g;

/**
 * Turns every table of a migrated database that has the user first in its primary key into a table of the same columns,
 * constraints, indexes, policies and grants that is partitioned by a hash of `user_id`. Rows are not kept. A part is for
 * nobody: it has no grants, and row security without a policy, which hides it from its owner too.
 * @param url of a superuser
 */
export async function partition(url) {
  const schema = await describeDatabase(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(['BEGIN', 'SET LOCAL ROLE daybook_owner', ...rewritten(schema), 'COMMIT'].join(';\n'));
  } finally {
    await client.end();
  }
}

/** The statements that put tables in parts in the place of those that `schema` describes. */
function rewritten(schema) {
  const names = [...schema.matchAll(TABLE)].map(([, name]) => name);
  const foreignKeys = [];
  const tables = schema.replaceAll(TABLE, (_, name, body) => {
    const lines = body.split(',\n');
    // Last, as they may point to tables that come later.
    const isForeign = (line) => line.includes(' FOREIGN KEY ');
    foreignKeys.push(...lines.filter(isForeign).map((line) => `ALTER TABLE ${name} ADD ${line.trim()}`));
    const rest = lines.filter((line) => !isForeign(line)).join(',\n');
    if (!rest.includes('PRIMARY KEY (user_id')) return `CREATE TABLE ${name} (\n${rest}\n);`;
    return [`CREATE TABLE ${name} (\n${rest}\n) PARTITION BY HASH (user_id);`, ...partsOf(name)].join('\n');
  });
  return [`DROP TABLE ${names.join(', ')}`, tables, ...foreignKeys];
}

const partsOf = (table) =>
  Array.from({ length: PARTS }, (_, n) =>
    [
      `CREATE TABLE ${table}_${n} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${PARTS}, REMAINDER ${n});`,
      `ALTER TABLE ${table}_${n} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
    ].join('\n'),
  );
