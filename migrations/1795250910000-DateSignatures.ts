import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
-- Searches go through signatures from the newest day on, without a look at the entries. Forced row security would hide
-- all rows from the owner too.
ALTER TABLE entry_signatures ADD COLUMN entry_date date;
COMMENT ON COLUMN entry_signatures.entry_date IS 'the diary day, as in entries';
ALTER TABLE entries NO FORCE ROW LEVEL SECURITY;
ALTER TABLE entry_signatures NO FORCE ROW LEVEL SECURITY;
UPDATE entry_signatures AS signed SET entry_date = entries.entry_date FROM entries
  WHERE entries.user_id = signed.user_id AND entries.id = signed.entry_id AND entries.entry_date IS NOT NULL;
ALTER TABLE entry_signatures FORCE ROW LEVEL SECURITY;
ALTER TABLE entries FORCE ROW LEVEL SECURITY;
`;

const down = `
ALTER TABLE entry_signatures DROP COLUMN entry_date;
`;

export class DateSignatures1795250910000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
