import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  key_hash bytea NOT NULL CHECK (octet_length(key_hash) = 32),
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  status smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
  made jsonb NOT NULL CHECK (jsonb_typeof(made) = 'array'),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key_hash)
);
COMMENT ON TABLE idempotency_keys IS 'requests that had their effect, to be answered anew when they are sent again';
COMMENT ON COLUMN idempotency_keys.key_hash IS 'of what the client sent as Idempotency-Key, keyed';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'of route and body, keyed';
COMMENT ON COLUMN idempotency_keys.made IS 'ids and versions, never an answer';

CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON idempotency_keys USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO daybook_api;

CREATE POLICY expiry ON idempotency_keys TO daybook_system USING (expires_at < now());
GRANT SELECT (user_id, key_hash, expires_at), DELETE ON idempotency_keys TO daybook_system;
`;

const down = `
DROP TABLE idempotency_keys;
`;

export class CreateIdempotencyKeys1795250600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
