import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE users ADD COLUMN locked_at timestamptz;
COMMENT ON COLUMN users.locked_at IS 'while it is set nobody signs in, by any way; nothing is deleted';

ALTER TABLE security_events ADD COLUMN reason text;
COMMENT ON COLUMN security_events.reason IS 'what the operator gave as reason, where an operator did it';
`;

const down = `
ALTER TABLE security_events DROP COLUMN reason;
ALTER TABLE users DROP COLUMN locked_at;
`;

export class LockAccounts1795250251000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
