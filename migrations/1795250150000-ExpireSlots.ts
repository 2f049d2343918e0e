import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE INDEX slots_expiry ON slots (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- The system role may take away what has expired, of every user, and see nothing of it but that.
CREATE POLICY expiry ON slots TO daybook_system USING (expires_at < now());
CREATE POLICY expiry ON sessions TO daybook_system USING (expires_at < now());
GRANT SELECT (user_id, id, expires_at), DELETE ON slots, sessions TO daybook_system;
`;

const down = `
REVOKE ALL ON slots, sessions FROM daybook_system;
DROP POLICY expiry ON sessions;
DROP POLICY expiry ON slots;
DROP INDEX sessions_expiry, slots_expiry;
`;

export class ExpireSlots1795250150000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
