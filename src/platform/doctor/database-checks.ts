import type pg from 'pg';
import { migrationState } from '../database/migration-state.js';
import { migrations } from '../database/migrations.js';
import { lookAtDurability } from './durability-look.js';
import type { Check, Fault } from './finding.js';

const SKEW_MS_MAX = 2_000;

type Look = Check<pg.Client>['look'];

const MIGRATE = 'Run the migration job: DATABASE_OWNER_URL=… node dist/src/migrate.js';

interface RoleRow {
  readonly name: string;
  readonly powers: string[];
  readonly owned: string[];
}

/** Own powers and those of every role that it could take: a member of a superuser's role is one. */
const ROLES = `
  SELECT me.rolname AS name,
    ARRAY(SELECT CASE WHEN r.oid = me.oid THEN '' ELSE ' through ' || r.rolname END
          FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls)
          AND (r.oid = me.oid OR NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'MEMBER'))) AS powers,
    ARRAY(SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_shdepend d
          WHERE d.deptype = 'o' AND d.refclassid = 'pg_authid'::regclass AND d.refobjid = me.oid
          AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) AS owned
  FROM pg_roles me WHERE me.rolname IN (session_user, 'daybook_system')`;

function faultsOfRole({ name, powers, owned }: RoleRow): Fault[] {
  return [
    ...powers.map((through) => ({
      what: `${name} is above row security${through}: a superuser, or with BYPASSRLS`,
      remedy: through
        ? `As a superuser: REVOKE ${through.replace(' through ', '')} FROM ${name};`
        : `As a superuser: ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS;`,
    })),
    ...(owned.length === 0
      ? []
      : [
          {
            what: `${name} owns ${owned[0]}${owned.length > 1 ? ` and ${owned.length - 1} more` : ''}`,
            remedy: `As a superuser: REASSIGN OWNED BY ${name} TO daybook_owner;`,
          },
        ]),
  ];
}

const roles: Look = async (client) => {
  const { rows } = await client.query<RoleRow>(ROLES);
  const system = rows.find(({ name }) => name === 'daybook_system');
  if (!system)
    return [{ what: 'there is no role daybook_system', remedy: 'Make the roles anew (the runbook has the SQL).' }];
  const faults = rows.flatMap(faultsOfRole);
  if (faults.length > 0) return faults;
  const { rows: ties } = await client.query<{ may: boolean; inherits: boolean }>(
    `SELECT pg_has_role('daybook_system', 'MEMBER') AS may, pg_has_role('daybook_system', 'USAGE') AS inherits`,
  );
  const [tie] = ties;
  if (tie?.may && !tie.inherits) return 'own nothing, and row security holds for them';
  const grant = 'As a superuser: GRANT daybook_system TO daybook_api WITH INHERIT FALSE, SET TRUE;';
  return [{ what: `daybook_api ${tie?.may ? 'inherits from' : 'cannot take the role'} daybook_system`, remedy: grant }];
};

const UNPROTECTED = `
  SELECT c.oid::regclass::text AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`;

const rowSecurity: Look = async (client) => {
  const { rows } = await client.query<{ name: string }>(UNPROTECTED);
  if (rows.length === 0) return 'forced on every table with a user_id';
  return rows.map(({ name }) => ({
    what: `not forced on ${name}`,
    remedy: `As daybook_owner: ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
  }));
};

const schema: Look = async (client) => {
  const { missing, unknown } = await migrationState(client);
  if (missing.length > 0) return [{ what: `${missing.length} have not run, first ${missing[0]}`, remedy: MIGRATE }];
  if (unknown.length === 0) return `all ${migrations.length} have run`;
  return [
    { what: `the database is newer than this program: it has ${unknown[0]}`, remedy: 'Install the newer release.' },
  ];
};

const clock: Look = async (client) => {
  const before = Date.now();
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const middle = (before + Date.now()) / 2;
  const skewMs = Math.round((rows[0]?.now.getTime() ?? 0) - middle);
  if (Math.abs(skewMs) <= SKEW_MS_MAX) return `${Math.abs(skewMs)} ms from the database's`;
  return [{ what: `${skewMs} ms from the database's`, remedy: 'Let NTP set the clock of both machines.' }];
};

const LOOK_AGAIN = 'See docs/runbooks/production-database.md.';

/** What must hold of the database, seen as the role of the API. */
export const databaseChecks: readonly Check<pg.Client>[] = [
  { name: 'roles', remedy: LOOK_AGAIN, look: roles },
  { name: 'row security', remedy: LOOK_AGAIN, look: rowSecurity },
  { name: 'migrations', remedy: MIGRATE, look: schema },
  { name: 'clock', remedy: LOOK_AGAIN, look: clock },
  { name: 'durability', remedy: LOOK_AGAIN, look: lookAtDurability },
];
