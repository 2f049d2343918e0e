import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `migrations` is the migration tool's own table: names and times. `daybook doctor` compares it with what the program knows. */
export class ShowMigrations1795250252000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('GRANT SELECT ON migrations TO daybook_api');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('REVOKE SELECT ON migrations FROM daybook_api');
  }
}
