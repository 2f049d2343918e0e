import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE imported_passwords (
  user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  bcrypt text NOT NULL CHECK (bcrypt ~ '^[$]2[aby][$]')
);
COMMENT ON TABLE imported_passwords IS 'accounts that were brought from elsewhere and have not signed in yet: they have no key so far';

ALTER TABLE imported_passwords ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON imported_passwords USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON imported_passwords TO daybook_api;
-- Whether there is any left, so that sign-in costs everybody the same while there is.
CREATE POLICY presence ON imported_passwords FOR SELECT TO daybook_system USING (true);
GRANT SELECT (user_id) ON imported_passwords TO daybook_system;
`;

const down = `
DROP TABLE imported_passwords;
`;

export class ImportPasswords1795250420000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
