import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE api_keys (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  hint text NOT NULL,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, secret_hash)
);
COMMENT ON COLUMN api_keys.hint IS 'the last characters before the check, to tell keys apart in a list';

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON api_keys USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys TO daybook_api;
`;

const down = `
DROP TABLE api_keys;
`;

export class CreateApiKeys1795250300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
