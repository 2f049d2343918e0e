import type pg from 'pg';

/** What stands against distributing a table by its user. */
export interface Obstacle {
  readonly table: string;
  readonly rule: string;
  /** The constraint, index, trigger … that is meant. */
  readonly what: string;
}

/** Tables that are to be distributed by `user_id`: all of the schema, but for the parts of tables and the listed ones. */
const TABLES = `
  WITH listed AS (SELECT unnest($1::text[]) AS name),
  users_tables AS (
    SELECT c.oid, c.relname AS name, a.attnum AS user_column, a.attnotnull AS required, a.atttypid AS type
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN (SELECT name FROM listed))`;

/** Each finds what Citus refuses, or does otherwise than PostgreSQL (docs/scale.md says where that is written). */
const RULES: Readonly<Record<string, string>> = {
  'has no user_id, and is not listed': `
    SELECT t.name, name AS what FROM users_tables t WHERE user_column IS NULL`,
  'has a user_id that may be null, or is no uuid': `
    SELECT t.name, name AS what FROM users_tables t
    WHERE user_column IS NOT NULL AND NOT (required AND type = 'uuid'::regtype)`,
  'has no primary key': `
    SELECT t.name, name AS what FROM users_tables t
    WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t.oid AND indisprimary)`,
  'has a unique or exclusion index that does not begin with the user': `
    SELECT t.name, indexrelid::regclass::text AS what FROM users_tables t JOIN pg_index ON indrelid = t.oid
    WHERE (indisunique OR indisexclusion) AND indkey[0] IS DISTINCT FROM user_column`,
  'has a foreign key that does not go from user to user first': `
    SELECT t.name, conname::text AS what FROM users_tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
    LEFT JOIN users_tables other ON other.oid = k.confrelid
    WHERE k.conparentid = 0 AND (other.oid IS NULL OR k.conkey[1] IS DISTINCT FROM t.user_column
      OR k.confkey[1] IS DISTINCT FROM other.user_column)`,
  'has a foreign key that would set the user anew': `
    SELECT t.name, conname::text AS what FROM users_tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
    WHERE k.confupdtype IN ('n', 'd')
      OR (k.confdeltype IN ('n', 'd') AND (k.confdelsetcols IS NULL OR user_column = ANY (k.confdelsetcols)))`,
  'is pointed to by a listed table': `
    SELECT t.name, conname::text AS what FROM users_tables t JOIN pg_constraint k ON k.confrelid = t.oid AND k.contype = 'f'
    JOIN pg_class c ON c.oid = k.conrelid WHERE c.relname IN (SELECT name FROM listed)`,
  'has a trigger': `
    SELECT t.name, tgname::text AS what FROM users_tables t JOIN pg_trigger ON tgrelid = t.oid WHERE NOT tgisinternal`,
  'has a rule': `
    SELECT t.name, rulename::text AS what FROM users_tables t JOIN pg_rewrite ON ev_class = t.oid`,
  'takes numbers from a sequence, which is one for all users': `
    SELECT t.name, attname::text AS what FROM users_tables t JOIN pg_attribute a ON a.attrelid = t.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
    WHERE a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%'`,
  'inherits from another table': `
    SELECT t.name, inhparent::regclass::text AS what FROM users_tables t JOIN pg_inherits ON inhrelid = t.oid`,
  'has a policy with a subquery': `
    SELECT t.name, polname::text AS what FROM users_tables t JOIN pg_policy ON polrelid = t.oid
    WHERE coalesce(polqual::text, '') LIKE '%{SUBLINK%' OR coalesce(polwithcheck::text, '') LIKE '%{SUBLINK%'`,
  'has a restrictive policy': `
    SELECT t.name, polname::text AS what FROM users_tables t JOIN pg_policy ON polrelid = t.oid WHERE NOT polpermissive`,
};

/** The names of the rules, for a test that breaks each. */
export const distributionRules = Object.keys(RULES);

/**
 * What the catalogue holds that stands against distributing every table by `user_id`.
 * @param listed names of tables that are not to be distributed so
 */
export async function findObstacles(client: pg.Client, listed: readonly string[]): Promise<Obstacle[]> {
  const obstacles: Obstacle[] = [];
  for (const [rule, sql] of Object.entries(RULES)) {
    const { rows } = await client.query<{ name: string; what: string }>(`${TABLES} ${sql} ORDER BY 1, 2`, [listed]);
    obstacles.push(...rows.map(({ name, what }) => ({ table: name, rule, what })));
  }
  return obstacles;
}
