-- The roles of docs/runbooks/production-database.md, without passwords. Safe to run again; as a superuser, in any database.
DO $$
DECLARE wanted record;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('daybook_owner', 'LOGIN'), ('daybook_api', 'LOGIN'), ('daybook_queue', 'LOGIN'), ('daybook_system', 'NOLOGIN')
  ) AS roles (name, login) LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
      EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.login);
    END IF;
    EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT', wanted.name);
  END LOOP;
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'GRANT daybook_system TO daybook_api WITH INHERIT FALSE, SET TRUE';
  ELSE
    EXECUTE 'GRANT daybook_system TO daybook_api';
  END IF;
END $$;

-- Limits belong to the role, so that a pooler between cannot lose them.
ALTER ROLE daybook_api SET statement_timeout = '3s';
ALTER ROLE daybook_api SET lock_timeout = '1s';
ALTER ROLE daybook_api SET idle_in_transaction_session_timeout = '5s';
ALTER ROLE daybook_owner SET lock_timeout = '3s';
