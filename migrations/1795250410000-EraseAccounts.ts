import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
-- Outlives its user, so it refers to none.
CREATE TABLE erasures (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  email text,
  counts jsonb NOT NULL,
  asked_at timestamptz NOT NULL,
  erased_at timestamptz,
  PRIMARY KEY (user_id)
);
COMMENT ON TABLE erasures IS 'the receipt of an erased account: random ids, counts and times';
COMMENT ON COLUMN erasures.id IS 'random; with the user id it is the receipt';
COMMENT ON COLUMN erasures.email IS 'where the last letter goes; null when it is sent';

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON erasures USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON erasures TO daybook_api;

-- History is only ever added to, but for an account that is being erased.
CREATE POLICY kept ON users AS RESTRICTIVE FOR DELETE
  USING (EXISTS (SELECT FROM erasures WHERE erasures.user_id = users.user_id AND erasures.erased_at IS NULL));
CREATE POLICY kept ON ledger_events AS RESTRICTIVE FOR DELETE
  USING (EXISTS (SELECT FROM erasures WHERE erasures.user_id = ledger_events.user_id AND erasures.erased_at IS NULL));
CREATE POLICY kept ON ledger_heads AS RESTRICTIVE FOR DELETE
  USING (EXISTS (SELECT FROM erasures WHERE erasures.user_id = ledger_heads.user_id AND erasures.erased_at IS NULL));
CREATE POLICY kept ON key_log AS RESTRICTIVE FOR DELETE
  USING (EXISTS (SELECT FROM erasures WHERE erasures.user_id = key_log.user_id AND erasures.erased_at IS NULL));
CREATE POLICY kept ON security_events AS RESTRICTIVE FOR DELETE
  USING (EXISTS (SELECT FROM erasures WHERE erasures.user_id = security_events.user_id AND erasures.erased_at IS NULL));
GRANT DELETE ON ledger_events, ledger_heads, key_log, security_events TO daybook_api;
`;

const down = `
REVOKE DELETE ON ledger_events, ledger_heads, key_log, security_events FROM daybook_api;
DROP POLICY kept ON security_events;
DROP POLICY kept ON key_log;
DROP POLICY kept ON ledger_heads;
DROP POLICY kept ON ledger_events;
DROP POLICY kept ON users;
DROP TABLE erasures;
`;

export class EraseAccounts1795250410000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
