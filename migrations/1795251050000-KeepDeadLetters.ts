import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE dead_letters (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  queue text NOT NULL,
  event text NOT NULL,
  payload jsonb NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL,
  announced_at timestamptz NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE dead_letters IS 'announced and given up: an operator puts a row back into the outbox';
COMMENT ON COLUMN dead_letters.error IS 'the type of the last error, never its message';
CREATE INDEX dead_letters_oldest ON dead_letters (failed_at, id);

ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON dead_letters USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY operator ON dead_letters FOR SELECT TO daybook_system USING (true);
GRANT SELECT, INSERT, DELETE ON dead_letters TO daybook_api;
GRANT SELECT ON dead_letters TO daybook_system;

CREATE INDEX email_codes_expiry ON email_codes (expires_at);
CREATE POLICY expiry ON email_codes TO daybook_system USING (expires_at < now());
GRANT SELECT (user_id, expires_at), DELETE ON email_codes TO daybook_system;
`;

const down = `
REVOKE ALL ON email_codes FROM daybook_system;
REVOKE SELECT (user_id, expires_at) ON email_codes FROM daybook_system;
DROP POLICY expiry ON email_codes;
DROP INDEX email_codes_expiry;
-- What was given up is announced again.
ALTER TABLE dead_letters NO FORCE ROW LEVEL SECURITY;
ALTER TABLE outbox NO FORCE ROW LEVEL SECURITY;
INSERT INTO outbox (user_id, id, queue, event, payload, created_at)
  SELECT user_id, id, queue, event, payload, announced_at FROM dead_letters;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
DROP TABLE dead_letters;
`;

export class KeepDeadLetters1795251050000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
