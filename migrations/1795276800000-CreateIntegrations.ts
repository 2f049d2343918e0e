import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE connections (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  provider text NOT NULL CHECK (provider = 'facebook'),
  provider_user_id text NOT NULL,
  tier text NOT NULL CHECK (tier IN ('e2e', 'uce')),
  state text NOT NULL CHECK (state IN ('active', 'needs_reconnect', 'rate_limited', 'out_of_storage')),
  limited_until timestamptz,
  scopes text[] NOT NULL,
  sealed_token bytea,
  server_key_id text,
  token_expires_at timestamptz,
  connected_at timestamptz NOT NULL,
  last_synced_at timestamptz,
  pulled_through timestamptz,
  pull_place jsonb,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, provider),
  CHECK ((sealed_token IS NULL) = (server_key_id IS NULL)),
  CHECK ((limited_until IS NOT NULL) = (state = 'rate_limited'))
);
COMMENT ON TABLE connections IS 'accounts at other services that a user has connected';
COMMENT ON COLUMN connections.sealed_token IS 'under a server key: jobs need it while the user is away; null when it is of no use any more';
COMMENT ON COLUMN connections.pulled_through IS 'what is older was brought';
COMMENT ON COLUMN connections.pull_place IS 'where a pull goes on that was broken off';

CREATE TABLE connection_pages (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  page_id text NOT NULL,
  name text NOT NULL,
  sealed_token bytea NOT NULL,
  server_key_id text NOT NULL,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, connection_id, page_id),
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE connection_pages IS 'pages that a connected account may publish on';

CREATE TABLE connects (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  session_id uuid NOT NULL,
  state_hash bytea NOT NULL CHECK (octet_length(state_hash) = 32),
  sealed_verifier bytea NOT NULL,
  server_key_id text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, state_hash),
  FOREIGN KEY (user_id, session_id) REFERENCES sessions (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE connects IS 'connections that were begun, for ten minutes';
COMMENT ON COLUMN connects.state_hash IS 'SHA-256 of what comes back with the browser';
COMMENT ON COLUMN connects.sealed_verifier IS 'of PKCE, under a server key';
CREATE INDEX connects_expiry ON connects (expires_at);
CREATE INDEX connects_session ON connects (user_id, session_id);

CREATE TABLE external_posts (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  provider text NOT NULL,
  external_id text NOT NULL,
  PRIMARY KEY (user_id, provider, external_id)
);
COMMENT ON TABLE external_posts IS 'what was brought from other services once, and is not brought again';

CREATE TABLE publications (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  page_id text NOT NULL,
  entry_id uuid NOT NULL,
  device_id uuid,
  session_id uuid,
  tier text NOT NULL CHECK (tier IN ('e2e', 'uce')),
  sealed_text bytea NOT NULL,
  server_key_id text NOT NULL,
  attempts integer NOT NULL,
  attempted_at timestamptz,
  leased_until timestamptz,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, id) REFERENCES jobs (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE publications IS 'texts on their way to a page, for minutes: a row goes with its outcome';
COMMENT ON COLUMN publications.id IS 'of the job';
COMMENT ON COLUMN publications.sealed_text IS 'under a server key';
COMMENT ON COLUMN publications.attempted_at IS 'since when it may be on the page';
CREATE INDEX publications_expiry ON publications (expires_at);
CREATE INDEX publications_connection ON publications (user_id, connection_id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['connections', 'connection_pages', 'connects', 'external_posts', 'publications'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner ON %I USING (user_id = nullif(current_setting(''app.user_id'', true), '''')::uuid)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO daybook_api', name);
  END LOOP;
END $$;

-- What has an end is taken away by a job that serves no single user.
CREATE POLICY expiry ON connects TO daybook_system USING (expires_at < now());
GRANT SELECT (user_id, id, expires_at), DELETE ON connects TO daybook_system;
CREATE POLICY expiry ON publications TO daybook_system USING (expires_at < now());
GRANT SELECT (user_id, id, expires_at), DELETE ON publications TO daybook_system;

-- Counts for operators who rotate server keys, and nothing else (see CountPeppers).
CREATE POLICY counting ON connections FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'server-keys');
CREATE POLICY counting ON connection_pages FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'server-keys');
CREATE POLICY counting ON connects FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'server-keys');
CREATE POLICY counting ON publications FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'server-keys');

CREATE FUNCTION count_server_secrets() RETURNS TABLE (server_key_id text, count bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM set_config('app.counting', 'server-keys', true);
  RETURN QUERY
    SELECT sealed.server_key_id, count(*) FROM (
      SELECT connections.server_key_id FROM connections
      UNION ALL SELECT connection_pages.server_key_id FROM connection_pages
      UNION ALL SELECT connects.server_key_id FROM connects
      UNION ALL SELECT publications.server_key_id FROM publications
    ) AS sealed WHERE sealed.server_key_id IS NOT NULL GROUP BY sealed.server_key_id;
  PERFORM set_config('app.counting', '', true);
END $$;
COMMENT ON FUNCTION count_server_secrets() IS 'how many secrets are sealed under which server key';
REVOKE ALL ON FUNCTION count_server_secrets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_server_secrets() TO daybook_system;
`;

const down = `
DROP FUNCTION count_server_secrets();
DROP TABLE publications, external_posts, connects, connection_pages, connections;
`;

export class CreateIntegrations1795276800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
