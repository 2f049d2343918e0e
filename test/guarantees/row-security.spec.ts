import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../src/platform/database/database.js';
import { UserId } from '../../src/platform/ids.js';
import { type TestUser, useApi } from '../harness/api.js';
import { sealedDraft } from '../harness/entries.js';
import { newFile } from '../harness/media.js';

/** Tables whose rows are not one user's own, each with the reason. */
const GLOBAL: Record<string, string> = {
  sign_in_names: 'who is meant, before anybody has signed in',
};
/** Tables without users at all. */
const WITHOUT_USERS: Record<string, string> = {
  migrations: 'what ran on this database',
};
/** Tables whose rows jobs that serve no single user may read whole. */
const SYSTEM_READS = new Set(['dead_letters', 'due', 'outbox']);
/** What it says of a row that it is over, and whose it is. */
const EXPIRY_COLUMNS = ['expires_at', 'id', 'user_id'];
/** Which columns such jobs may read of every other table. */
const SYSTEM_COLUMNS = {
  connects: EXPIRY_COLUMNS,
  email_codes: ['expires_at', 'user_id'],
  idempotency_keys: ['expires_at', 'key_hash', 'user_id'],
  imported_passwords: ['user_id'],
  jobs: EXPIRY_COLUMNS,
  migrations: ['name'],
  publications: EXPIRY_COLUMNS,
  recovery_tokens: EXPIRY_COLUMNS,
  sessions: EXPIRY_COLUMNS,
  slots: EXPIRY_COLUMNS,
  storage: ['user_id'],
};
/** Opens rows to a function of the owner (pepper-counts.e2e-spec.ts). */
const COUNTING = "(current_setting('app.counting'::text, true) = 'peppers'::text)";
/** Opens rows to another one (account-counts.e2e-spec.ts). */
const summing = (table: string) => ({
  table,
  name: 'summing',
  roles: 'daybook_owner',
  command: 'SELECT',
  rule: "(current_setting('app.counting'::text, true) = 'accounts'::text)",
});
const COUNTING_KEYS = "(current_setting('app.counting'::text, true) = 'server-keys'::text)";
const countingKeys = (table: string) => ({
  table,
  name: 'counting',
  roles: 'daybook_owner',
  command: 'SELECT',
  rule: COUNTING_KEYS,
});
/** What is only ever added to, but for an account that is being erased. */
const kept = (table: string) => ({
  table,
  name: 'kept',
  roles: 'public',
  command: 'DELETE',
  rule: `(EXISTS ( SELECT FROM erasures WHERE ((erasures.user_id = ${table}.user_id) AND (erasures.erased_at IS NULL))))`,
});
/** Policies beside the owner's own, each for one role and one purpose. */
const OTHER_POLICIES = [
  countingKeys('connection_pages'),
  countingKeys('connections'),
  countingKeys('connects'),
  { table: 'connects', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  { table: 'dead_letters', name: 'operator', roles: 'daybook_system', command: 'SELECT', rule: 'true' },
  { table: 'due', name: 'due', roles: 'daybook_system', command: 'SELECT', rule: '(due_at < now())' },
  { table: 'email_codes', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  { table: 'idempotency_keys', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  { table: 'imported_passwords', name: 'presence', roles: 'daybook_system', command: 'SELECT', rule: 'true' },
  { table: 'jobs', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  kept('key_log'),
  kept('ledger_events'),
  kept('ledger_heads'),
  { table: 'outbox', name: 'relay', roles: 'daybook_system', command: 'ALL', rule: 'true' },
  { table: 'passwords', name: 'counting', roles: 'daybook_owner', command: 'SELECT', rule: COUNTING },
  countingKeys('publications'),
  { table: 'publications', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  { table: 'recovery_tokens', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  kept('security_events'),
  { table: 'sessions', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  summing('sessions'),
  { table: 'sign_in_names', name: 'lookup', roles: 'public', command: 'SELECT', rule: 'true' },
  { table: 'slots', name: 'counting', roles: 'daybook_owner', command: 'SELECT', rule: COUNTING },
  { table: 'slots', name: 'expiry', roles: 'daybook_system', command: 'ALL', rule: '(expires_at < now())' },
  { table: 'storage', name: 'presence', roles: 'daybook_system', command: 'SELECT', rule: 'true' },
  summing('storage'),
  kept('users'),
  summing('users'),
];

interface Table {
  readonly name: string;
  readonly owner: string;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly columns: string[];
}

interface Key {
  readonly table: string;
  readonly name: string;
  readonly columns: string[];
}

describe('row security', () => {
  const api = useApi();
  let tables: Table[];
  let owned: Table[];

  const look = <Row extends object>(sql: string, parameters?: unknown[]) => api.database.look<Row>(sql, parameters);

  beforeAll(async () => {
    tables = await look<Table>(`
      SELECT c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
             c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
             array(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
      FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT c.relispartition ORDER BY 1`); // parts of tables: partitions.spec.ts
    owned = tables.filter(({ name }) => !(name in GLOBAL) && !(name in WITHOUT_USERS));
  });

  describe('in the catalogue', () => {
    it('finds every table to belong to users, but for the listed ones', () => {
      expect(tables.filter(({ columns }) => !columns.includes('user_id')).map(({ name }) => name)).toEqual(
        Object.keys(WITHOUT_USERS),
      );
      expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(GLOBAL)));
    });

    it('is enabled and forced on each of them, the global one too', () => {
      const open = tables.filter(({ name, enabled, forced }) => !(name in WITHOUT_USERS) && !(enabled && forced));
      expect(open).toEqual([]);
    });

    it('lets through the owner’s rows alone', async () => {
      const policies = await look<{ table: string; name: string; roles: string; command: string; rule: string }>(`
        SELECT tablename AS table, policyname AS name, array_to_string(roles, ',') AS roles, cmd AS command,
               regexp_replace(qual, '\\s+', ' ', 'g') || coalesce(' / ' || with_check, '') AS rule
        FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2`);
      const own = "(user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid)";
      const others = policies.filter(({ rule }) => rule !== own);
      expect(others).toEqual(OTHER_POLICIES);
      const withPolicy = new Set(policies.filter(({ rule }) => rule === own).map(({ table }) => table));
      expect(owned.filter(({ name }) => !withPolicy.has(name))).toEqual([]);
    });

    it('is joined by rights to the columns that jobs need which serve no single user, and to no others', async () => {
      const readable = await look<{ table: string; columns: string[] }>(`
        SELECT c.relname AS table, array_agg(attname::text ORDER BY attname) AS columns
        FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND has_column_privilege('daybook_system', c.oid, attnum, 'SELECT') GROUP BY 1`);
      const others = readable.filter(({ table }) => !SYSTEM_READS.has(table));
      expect(Object.fromEntries(others.map(({ table, columns }) => [table, columns]))).toEqual(SYSTEM_COLUMNS);
    });

    it('is not gone around by a view, nor by a function of the owner but those that count', async () => {
      const kinds = await look<{ kind: string }>(
        "SELECT DISTINCT relkind AS kind FROM pg_class WHERE relnamespace = 'public'::regnamespace",
      );
      expect(kinds.map(({ kind }) => kind).filter((kind) => 'vmf'.includes(kind))).toEqual([]);
      expect(
        await look("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY 1"),
      ).toEqual([{ proname: 'count_accounts' }, { proname: 'count_peppers' }, { proname: 'count_server_secrets' }]);
    });

    it('finds the user first in every primary key, unique index and foreign key', async () => {
      const keys = await look<Key>(`
        SELECT indrelid::regclass::text AS table, indexrelid::regclass::text AS name,
               array(SELECT attname::text FROM unnest(indkey) WITH ORDINALITY AS k (n, place)
                     JOIN pg_attribute ON attrelid = indrelid AND attnum = k.n ORDER BY place) AS columns
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE relnamespace = 'public'::regnamespace AND indisunique
        UNION ALL
        SELECT conrelid::regclass::text, conname,
               array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (n, place)
                     JOIN pg_attribute ON attrelid = conrelid AND attnum = k.n ORDER BY place)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f'`);
      const names = new Set(owned.map(({ name }) => name));
      const own = keys.filter(({ table }) => names.has(table));
      expect(new Set(own.map(({ table }) => table))).toEqual(names);
      expect(own.filter(({ columns }) => columns[0] !== 'user_id')).toEqual([]);
    });

    it('is not for a role that could go around it', async () => {
      const roles = await look<{ name: string }>(`
        SELECT rolname AS name, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
        FROM pg_roles WHERE rolname IN ('daybook_api', 'daybook_system') ORDER BY 1`);
      const powerless = {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
      };
      expect(roles).toEqual([
        { name: 'daybook_api', ...powerless },
        { name: 'daybook_system', ...powerless },
      ]);
      const owns = await look(`
        SELECT FROM pg_shdepend JOIN pg_roles ON pg_roles.oid = refobjid
        WHERE deptype = 'o' AND rolname IN ('daybook_api', 'daybook_system')`);
      expect(owns).toEqual([]);
      expect(new Set(tables.map(({ owner }) => owner))).toEqual(new Set(['daybook_owner']));
      const memberships = await look<{ role: string }>(`
        SELECT pg_get_userbyid(roleid) AS role FROM pg_auth_members WHERE pg_get_userbyid(member) = 'daybook_api'`);
      expect(memberships).toEqual([{ role: 'daybook_system' }]);
    });
  });

  describe('with rows of others there', () => {
    let ada: TestUser;

    beforeAll(async () => {
      ada = await api.newUser();
      const device = { device_name: 'Browser', device_type: 'web', platform: 'firefox' };
      await api.http.post('/auth/login', { email: ada.email, password: 'a rainy sunday with cocoa', device });
      // An entry with a version before it and a tag, one in the trash, and one of which its tombstone is left.
      const draft = { content: 'First snow.', tags: ['garden'] };
      const { body: kept } = await ada.post('/entries', draft, { headers: { 'idempotency-key': 'snow' } });
      await ada.send('PATCH', `/entries/${kept.id}`, '{"mood":"calm"}');
      const { body: trashed } = await ada.post('/entries', { content: 'Rain.' });
      await ada.send('DELETE', `/entries/${trashed.id}`, undefined);
      const { body: erased } = await ada.post('/entries', { content: 'Hail.' });
      await ada.send('DELETE', `/entries/${erased.id}?permanent=true`, undefined, { headers: { 'if-match': '"1"' } });
      // An entry with a photo, as if it were uploaded, and an upload in parts.
      const photo = newFile(ada).announced;
      await ada.post('/media/upload', photo);
      await look(`UPDATE media SET state = 'ready' WHERE id = $1`, [photo.id]);
      await ada.post('/entries', { content: 'Thaw.', media_ids: [photo.id] });
      await look(`INSERT INTO media_parts VALUES ($1, $2, 1, sha256('part'))`, [ada.id, photo.id]);
      // Reuse of a refresh token, which is noted.
      const eve = await api.newE2eUser();
      await eve.post('/entries', sealedDraft(eve));
      const refresh = (token: string) => api.http.post('/auth/refresh', { refresh_token: token });
      const { body } = await refresh(eve.refreshToken);
      await refresh(body.tokens.refresh_token);
      await refresh(eve.refreshToken);
    });

    const countAs = (name: string, user?: string) => api.database.actAs(`SELECT FROM ${name}`, user);

    /** Tables that no test has filled yet say nothing: they are counted too, so that this notices. */
    const filled = async () => {
      const counted = await Promise.all(
        owned.map(async ({ name }) => [name, (await look(`SELECT FROM ${name}`)).length] as const),
      );
      return counted.filter(([, rows]) => rows > 0).map(([name]) => name);
    };

    it('shows nothing to the API’s role while it acts for nobody', async () => {
      const names = await filled();
      expect(names).toEqual(
        expect.arrayContaining(['entries', 'entry_versions', 'entry_tags', 'tags', 'due', 'tombstones']),
      );
      expect(names.length).toBeGreaterThan(14);
      for (const name of names) expect([name, await countAs(name)]).toEqual([name, 0]);
    });

    it('is tried with rows of media', async () => {
      expect(await filled()).toEqual(expect.arrayContaining(['media', 'media_parts', 'entry_media', 'due']));
    });

    it('tells work that serves no single user who has storage, and not how much', async () => {
      const db = api.get(Database);
      expect(await db.asSystem((tx) => tx.query('SELECT user_id FROM storage'))).toContainEqual({ user_id: ada.id });
      for (const sql of ['SELECT used_bytes FROM storage', 'UPDATE storage SET used_bytes = 0', 'DELETE FROM storage'])
        await expect(db.asSystem((tx) => tx.query(sql))).rejects.toMatchObject({ driverError: { code: '42501' } });
    });

    it('shows nothing to somebody else, and nothing to a user who is not there', async () => {
      const bob = await api.newE2eUser();
      for (const name of await filled()) {
        expect([name, await countAs(name, createId())]).toEqual([name, 0]);
        expect([name, await countAs(`${name} WHERE user_id <> '${bob.id}'`, bob.id)]).toEqual([name, 0]);
      }
    });

    it('shows the global table to everybody, and nothing else', async () => {
      expect(await countAs('sign_in_names')).toBeGreaterThan(0);
    });

    it('refuses rows in the name of somebody else, and changes none of theirs', async () => {
      const { database } = api;
      const asBob = createId();
      const insert = `INSERT INTO devices VALUES ('${ada.id}', '${createId()}', 'x', 'web', 'x', now(), now())`;
      await expect(database.actAs(insert)).rejects.toMatchObject({ code: '42501' });
      await expect(database.actAs(insert, asBob)).rejects.toMatchObject({ code: '42501' });
      const claim = `INSERT INTO sign_in_names VALUES ('email', 'mine@example.com', '${ada.id}')`;
      await expect(database.actAs(claim, asBob)).rejects.toMatchObject({ code: '42501' });
      const move = `UPDATE devices SET user_id = '${ada.id}'`;
      const mine = await api.newE2eUser();
      await look(`INSERT INTO devices VALUES ('${mine.id}', '${createId()}', 'x', 'web', 'x', now(), now())`);
      await expect(database.actAs(move, mine.id)).rejects.toMatchObject({ code: '42501' });
      for (const user of [undefined, asBob]) {
        expect(await database.actAs('DELETE FROM devices', user)).toBe(0);
        expect(await database.actAs('UPDATE entries SET source = NULL', user)).toBe(0);
        expect(await database.actAs('DELETE FROM sign_in_names', user)).toBe(0);
      }
    });

    it('keeps the API’s role from rewriting history and from changing the schema', async () => {
      const { database } = api;
      for (const sql of [
        'UPDATE ledger_events SET at = now()',
        'UPDATE key_log SET n = n',
        'TRUNCATE entries',
        'ALTER TABLE entries DISABLE ROW LEVEL SECURITY',
        'DROP POLICY owner ON entries',
        'CREATE TABLE public.mine (id int)',
        'CREATE SCHEMA mine',
        'SELECT * FROM migrations',
        'SET ROLE daybook_owner',
        "COPY users TO PROGRAM 'cat'",
      ])
        await expect(database.actAs(sql, ada.id)).rejects.toMatchObject({ code: '42501' });
      // These may be deleted while the account is being erased (auth-erase.e2e-spec.ts), and never else.
      for (const table of ['ledger_events', 'ledger_heads', 'key_log', 'security_events', 'users'])
        expect([table, await database.actAs(`DELETE FROM ${table}`, ada.id)]).toEqual([table, 0]);
    });

    it('lets work that serves no single user see the listed tables alone', async () => {
      const db = api.get(Database);
      for (const { name } of tables) {
        const answer = await db
          .asSystem((tx) => tx.query(`SELECT * FROM ${name}`))
          .then(
            () => 'rows',
            (error) => error.driverError.code,
          );
        expect([name, answer]).toEqual([name, SYSTEM_READS.has(name) ? 'rows' : '42501']);
      }
      for (const sql of [
        'DELETE FROM dead_letters',
        'DELETE FROM outbox',
        "UPDATE outbox SET payload = '{}'",
        'INSERT INTO outbox SELECT * FROM outbox',
        'DELETE FROM due',
        'UPDATE due SET due_at = now()',
      ])
        await expect(db.asSystem((tx) => tx.query(sql))).rejects.toMatchObject({ driverError: { code: '42501' } });
    });

    it('lets work that serves no single user take away what has expired, and see no more of it than that', async () => {
      const [eve, uma] = [await api.newE2eUser(), await api.newUser()];
      const db = api.get(Database);
      const system = <Row>(sql: string) => db.asSystem((tx): Promise<Row[]> => tx.query(sql));
      const ids = `('${eve.id}', '${uma.id}')`;
      expect(await system(`SELECT id FROM sessions WHERE user_id IN ${ids}`)).toEqual([]);
      expect(await system(`SELECT id FROM slots WHERE user_id IN ${ids}`)).toEqual([]);
      expect(await system('DELETE FROM sessions')).toEqual([[], 0]);
      expect(await system('DELETE FROM slots')).toEqual([[], 0]);
      for (const hidden of ['refresh_hash FROM sessions', 'wrapped FROM slots', 'kind FROM slots'])
        await expect(system(`SELECT ${hidden}`)).rejects.toMatchObject({ driverError: { code: '42501' } });

      await look("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = $1", [uma.id]);
      expect(await system(`SELECT user_id FROM sessions`)).toEqual([{ user_id: uma.id }]);
      expect(await system('DELETE FROM sessions')).toEqual([[], 1]);
      expect(await look('SELECT FROM slots WHERE user_id = $1 AND session_id IS NOT NULL', [uma.id])).toEqual([]);
      expect((await eve.get('/auth/me')).status).toBe(200);
    });

    it('holds for work that tries to act for two', async () => {
      const db = api.get(Database);
      const userId = UserId.parse(createId());
      await db.asUser({ userId }, (tx) => tx.query('SELECT 1'));
      const rows: unknown[] = await db.asSystem((tx) => tx.query("SELECT current_setting('app.user_id', true) AS who"));
      expect([{ who: '' }, { who: null }]).toContainEqual(rows[0]);
    });

    it('takes no user id that is none', async () => {
      const db = api.get(Database);
      const userId = "x'; SET ROLE daybook_owner; --" as UserId;
      expect(() => db.asUser({ userId }, async () => undefined)).toThrow('UUID');
    });
  });
});
