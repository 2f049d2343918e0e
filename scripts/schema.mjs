// Writes the schema that the migrations make as readable SQL, from PostgreSQL's own catalogue: schema.sql is for reviewers
// and for tools; what runs is in migrations/.
import pg from 'pg';
import { migrate } from '../dist/src/platform/database/migrate.js';
import { databaseUrl, prepareDatabase, prepareRoles } from '../dist/src/platform/database/roles.js';
import { startPostgres } from '../dist/src/platform/embedded/postgres.js';

const HEADER = '-- Made by `npm run generate` from the migrations. Do not edit: change a migration.\n';

const TABLES = `
  SELECT c.oid, c.relname AS name, obj_description(c.oid) AS comment, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced
  FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
    AND c.relname <> 'migrations'
  ORDER BY c.relname`;
const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
         pg_get_expr(d.adbin, d.adrelid) AS fallback, col_description(a.attrelid, a.attnum) AS comment
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;
// PostgreSQL 18 lists NOT NULL as constraints of their own; the columns say it already.
const CONSTRAINTS = `
  SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
  WHERE conrelid = $1 AND contype <> 'n' AND conparentid = 0 ORDER BY array_position('{p,u,f,c}'::"char"[], contype), conname`;
const INDEXES = `
  SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
  WHERE i.indrelid = $1 AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1`;
const POLICIES = `
  SELECT policyname AS name, permissive = 'RESTRICTIVE' AS restricts, cmd, roles::text[] AS roles, qual, with_check FROM pg_policies
  WHERE schemaname = 'public' AND tablename = $1 ORDER BY policyname`;
const GRANTS = `
  SELECT grantee, string_agg(privilege_type, ', ' ORDER BY privilege_type) AS privileges FROM information_schema.role_table_grants
  WHERE table_schema = 'public' AND table_name = $1 AND grantee <> 'daybook_owner' GROUP BY grantee ORDER BY grantee`;
const COLUMN_GRANTS = `
  SELECT g.grantee, g.privilege_type, string_agg(g.column_name, ', ' ORDER BY g.column_name) AS columns
  FROM information_schema.role_column_grants g
  WHERE g.table_schema = 'public' AND g.table_name = $1 AND g.grantee <> 'daybook_owner' AND NOT EXISTS (
    SELECT FROM information_schema.role_table_grants t WHERE t.table_schema = 'public' AND t.table_name = $1
      AND t.grantee = g.grantee AND t.privilege_type = g.privilege_type)
  GROUP BY g.grantee, g.privilege_type ORDER BY 1, 2`;
const FUNCTIONS = `
  SELECT pg_get_functiondef(p.oid) AS definition, obj_description(p.oid) AS comment, p.oid::regprocedure::text AS signature,
         ARRAY(SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
               FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
               WHERE a.grantee <> p.proowner ORDER BY 1) AS grantees
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace ORDER BY p.proname`;

/** The migrated schema of a fresh database, made in `folder` and stopped again. */
export async function dumpSchema(folder) {
  const postgres = await startPostgres({ dataDir: folder, settings: { fsync: 'off' } });
  try {
    const passwords = { owner: 'owner', api: 'api', queue: 'queue' };
    await prepareRoles(postgres.superuserUrl, passwords);
    await prepareDatabase(postgres.superuserUrl, 'daybook');
    await migrate(databaseUrl(postgres.superuserUrl, 'daybook', { name: 'daybook_owner', password: 'owner' }));
    return await describeDatabase(databaseUrl(postgres.superuserUrl, 'daybook'));
  } finally {
    await postgres.stop();
  }
}

/** The tables of the database at `url` as SQL, in a stable order. */
export async function describeDatabase(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query(TABLES);
    const parts = [];
    for (const table of tables) parts.push(await describeTable(client, table));
    const { rows: functions } = await client.query(FUNCTIONS);
    return [HEADER, ...parts, ...functions.map((found) => describeFunction(client, found))].join('\n');
  } finally {
    await client.end();
  }
}

async function describeTable(client, { oid, name, comment, secured, forced }) {
  const rowsOf = async (sql, of) => (await client.query(sql, [of])).rows;
  const columns = (await rowsOf(COLUMNS, oid)).map(
    ({ name: column, type, required, fallback }) =>
      `${column} ${type}${required ? ' NOT NULL' : ''}${fallback === null ? '' : ` DEFAULT ${fallback}`}`,
  );
  const constraints = (await rowsOf(CONSTRAINTS, oid)).map(
    ({ name: key, definition }) => `CONSTRAINT ${key} ${definition}`,
  );
  const comments = (await rowsOf(COLUMNS, oid)).filter((column) => column.comment !== null);
  return [
    `CREATE TABLE ${name} (\n  ${[...columns, ...constraints].join(',\n  ')}\n);`,
    ...(comment === null ? [] : [`COMMENT ON TABLE ${name} IS ${client.escapeLiteral(comment)};`]),
    ...comments.map((column) => `COMMENT ON COLUMN ${name}.${column.name} IS ${client.escapeLiteral(column.comment)};`),
    ...(await rowsOf(INDEXES, oid)).map(({ definition }) => `${definition.replace(/ ON (ONLY )?public\./, ' ON ')};`),
    ...(secured ? [`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY${forced ? ', FORCE ROW LEVEL SECURITY' : ''};`] : []),
    ...(await rowsOf(POLICIES, name)).map((policy) => describePolicy(name, policy)),
    ...(await rowsOf(GRANTS, name)).map(({ grantee, privileges }) => `GRANT ${privileges} ON ${name} TO ${grantee};`),
    ...(await rowsOf(COLUMN_GRANTS, name)).map(
      (grant) => `GRANT ${grant.privilege_type} (${grant.columns}) ON ${name} TO ${grant.grantee};`,
    ),
    '',
  ].join('\n');
}

function describeFunction(client, { definition, comment, signature, grantees }) {
  return [
    `${definition.trimEnd().replaceAll('public.', '')};`,
    ...(comment === null ? [] : [`COMMENT ON FUNCTION ${signature} IS ${client.escapeLiteral(comment)};`]),
    `REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;`,
    ...grantees.map((grantee) => `GRANT EXECUTE ON FUNCTION ${signature} TO ${grantee};`),
    '',
  ].join('\n');
}

function describePolicy(table, { name, restricts, cmd, roles, qual, with_check: check }) {
  const as = restricts ? ' AS RESTRICTIVE' : '';
  const to = roles.includes('public') ? '' : ` TO ${roles.join(', ')}`;
  return `CREATE POLICY ${name} ON ${table}${as} FOR ${cmd}${to}${inBrackets(' USING', qual)}${inBrackets(' WITH CHECK', check)};`;
}

/** PostgreSQL tells `(a = b)` with its brackets, and `true` without. */
const inBrackets = (word, rule) => (rule ? `${word} ${rule.startsWith('(') ? rule : `(${rule})`}` : '');
