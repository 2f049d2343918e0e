import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE security_events ADD COLUMN subject_id uuid;
COMMENT ON COLUMN security_events.subject_id IS 'what it is about: the device or API key that was added or taken away';
COMMENT ON COLUMN ledger_events.entry_id IS 'what it is about: the entry, or of an account''s event a device or an API key';
`;

const down = `
COMMENT ON COLUMN ledger_events.entry_id IS NULL;
ALTER TABLE security_events DROP COLUMN subject_id;
`;

export class NameSubjects1795250501000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
