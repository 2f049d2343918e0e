import type { MigrationInterface, QueryRunner } from 'typeorm';

// What is in the store already stays where it is.
const up = `
ALTER TABLE media ADD COLUMN object_name text;
UPDATE media SET object_name = coalesce(encode(sha256, 'hex'), 'parts');
ALTER TABLE media ALTER COLUMN object_name SET NOT NULL;
COMMENT ON COLUMN media.object_name IS 'the end of its object''s key, made anew for each reservation and after each object that was refused';
`;

const down = `
ALTER TABLE media DROP COLUMN object_name;
`;

export class NameObjects1795250950000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
