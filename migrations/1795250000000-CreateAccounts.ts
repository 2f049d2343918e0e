import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE users (
  user_id uuid PRIMARY KEY,
  tier text NOT NULL CHECK (tier IN ('e2e', 'uce')),
  email text NOT NULL,
  master_key_id bytea CHECK (octet_length(master_key_id) = 16),
  created_at timestamptz NOT NULL
);
COMMENT ON COLUMN users.email IS 'as it was typed; sign_in_names holds the form that is compared';
COMMENT ON COLUMN users.master_key_id IS 'null until the account has a master key';

CREATE TABLE sign_in_names (
  kind text NOT NULL CHECK (kind IN ('email')),
  name text NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (kind, name)
);
COMMENT ON TABLE sign_in_names IS 'the only global table: who is meant, before anybody has signed in';

CREATE TABLE passwords (
  user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  verifier bytea NOT NULL CHECK (octet_length(verifier) = 32),
  pepper_id text NOT NULL,
  changed_at timestamptz NOT NULL
);

CREATE TABLE devices (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  type text NOT NULL CHECK (type IN ('desktop', 'mobile', 'web', 'cli')),
  platform text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id)
);

CREATE TABLE sessions (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  device_id uuid,
  refresh_hash bytea NOT NULL CHECK (octet_length(refresh_hash) = 32),
  previous_refresh_hash bytea CHECK (octet_length(previous_refresh_hash) = 32),
  grace_ends_at timestamptz,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, device_id) REFERENCES devices (user_id, id) ON DELETE CASCADE
);

CREATE TABLE slots (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('password', 'recovery', 'refresh', 'access', 'grace')),
  session_id uuid,
  pepper_id text,
  kdf_m_kib integer,
  kdf_t integer,
  salt bytea CHECK (octet_length(salt) = 16),
  master_key_id bytea NOT NULL CHECK (octet_length(master_key_id) = 16),
  wrapped bytea NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, session_id) REFERENCES sessions (user_id, id) ON DELETE CASCADE,
  CHECK ((kind = 'password') = (salt IS NOT NULL AND kdf_m_kib IS NOT NULL AND kdf_t IS NOT NULL)),
  CHECK ((kind IN ('refresh', 'access', 'grace')) = (session_id IS NOT NULL AND expires_at IS NOT NULL))
);
COMMENT ON TABLE slots IS 'the master key, each time under one secret that is not here';
CREATE UNIQUE INDEX slots_one_password ON slots (user_id) WHERE kind = 'password';
CREATE UNIQUE INDEX slots_one_of_session ON slots (user_id, session_id, kind) WHERE kind IN ('refresh', 'grace');

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  verifier_hash bytea NOT NULL CHECK (octet_length(verifier_hash) = 32),
  created_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (user_id, id)
);

CREATE TABLE key_log (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  n bigint NOT NULL CHECK (n > 0),
  statement bytea NOT NULL,
  PRIMARY KEY (user_id, n)
);

CREATE TABLE private_keys (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  algorithm text NOT NULL CHECK (algorithm IN ('x25519', 'ed25519')),
  public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
  wrapped bytea NOT NULL,
  PRIMARY KEY (user_id, algorithm)
);

CREATE TABLE security_events (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  type text NOT NULL,
  session_id uuid,
  device_id uuid,
  at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id)
);

CREATE TABLE outbox (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  queue text NOT NULL,
  event text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  leased_until timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE outbox IS 'announced and not yet done: a row goes when its consumer has had its effect';
CREATE INDEX outbox_next ON outbox (leased_until, created_at);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['users', 'passwords', 'devices', 'sessions', 'slots', 'recovery_codes', 'key_log',
                              'private_keys', 'security_events', 'outbox'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner ON %I USING (user_id = nullif(current_setting(''app.user_id'', true), '''')::uuid)', name);
  END LOOP;
END $$;
CREATE POLICY relay ON outbox TO daybook_system USING (true);

ALTER TABLE sign_in_names ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup ON sign_in_names FOR SELECT USING (true);
CREATE POLICY owner ON sign_in_names USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON users, sign_in_names, passwords, devices, sessions, slots, recovery_codes, private_keys TO daybook_api;
GRANT SELECT, INSERT ON key_log, security_events TO daybook_api;
GRANT SELECT, INSERT, DELETE ON outbox TO daybook_api;
GRANT SELECT, UPDATE (leased_until) ON outbox TO daybook_system;
`;

const down = `
DROP TABLE outbox, security_events, private_keys, key_log, recovery_codes, slots, sessions, devices, passwords, sign_in_names, users;
`;

export class CreateAccounts1795250000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
