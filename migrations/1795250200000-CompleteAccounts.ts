import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE users
  ADD COLUMN email_verified_at timestamptz,
  ADD COLUMN display_name text,
  ADD COLUMN time_zone text,
  ADD COLUMN locale text,
  ADD CONSTRAINT users_tier UNIQUE (user_id, tier);

ALTER TABLE passwords ADD COLUMN tier text;
-- Forced row security would hide every row from the owner too, and the update would find none.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
ALTER TABLE passwords NO FORCE ROW LEVEL SECURITY;
ALTER TABLE devices NO FORCE ROW LEVEL SECURITY;
UPDATE passwords SET tier = users.tier FROM users WHERE users.user_id = passwords.user_id;
ALTER TABLE passwords
  ALTER COLUMN tier SET NOT NULL,
  ADD CONSTRAINT passwords_tier FOREIGN KEY (user_id, tier) REFERENCES users (user_id, tier) ON DELETE CASCADE;
COMMENT ON COLUMN passwords.tier IS 'refers to the tier of the account, so that neither can be changed in place';

ALTER TABLE sessions
  ADD COLUMN user_agent text,
  ADD COLUMN password_at timestamptz;
COMMENT ON COLUMN sessions.user_agent IS 'coarse: browser or app and system, without versions';
COMMENT ON COLUMN sessions.password_at IS 'when the password was last given in this session';

ALTER TABLE devices ADD COLUMN last_seen_at timestamptz;
UPDATE devices SET last_seen_at = created_at;
ALTER TABLE devices ALTER COLUMN last_seen_at SET NOT NULL;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE passwords FORCE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;

ALTER TABLE slots DROP CONSTRAINT slots_kind_check;
ALTER TABLE slots ADD CONSTRAINT slots_kind_check
  CHECK (kind IN ('password', 'recovery', 'refresh', 'access', 'grace', 'reset', 'api_key'));

CREATE TABLE recovery_tokens (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE recovery_tokens IS 'what a used recovery code gave: one reset of the password, within 15 minutes';

-- As with slots: what has expired may be taken away by the system role.
CREATE POLICY expiry ON recovery_tokens TO daybook_system USING (expires_at < now());
GRANT SELECT (user_id, id, expires_at), DELETE ON recovery_tokens TO daybook_system;

CREATE TABLE email_codes (
  user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  email text NOT NULL,
  code_hash bytea CHECK (octet_length(code_hash) = 32),
  tries_left integer NOT NULL CHECK (tries_left >= 0),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE email_codes IS 'an address that waits to be proved; code_hash is null until the code is on its way';

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['recovery_tokens', 'email_codes'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner ON %I USING (user_id = nullif(current_setting(''app.user_id'', true), '''')::uuid)', name);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_tokens, email_codes TO daybook_api;
`;

const down = `
DROP TABLE email_codes, recovery_tokens;
DELETE FROM slots WHERE kind IN ('reset', 'api_key');
ALTER TABLE slots DROP CONSTRAINT slots_kind_check;
ALTER TABLE slots ADD CONSTRAINT slots_kind_check CHECK (kind IN ('password', 'recovery', 'refresh', 'access', 'grace'));
ALTER TABLE devices DROP COLUMN last_seen_at;
ALTER TABLE sessions DROP COLUMN user_agent, DROP COLUMN password_at;
ALTER TABLE passwords DROP COLUMN tier;
ALTER TABLE users DROP CONSTRAINT users_tier;
ALTER TABLE users DROP COLUMN email_verified_at, DROP COLUMN display_name, DROP COLUMN time_zone, DROP COLUMN locale;
`;

export class CompleteAccounts1795250200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
