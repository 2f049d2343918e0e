import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `migrations` is the migration tool's own table. `daybook doctor` compares the names in it with those that the program knows. */
export class ShowMigrations1795250252000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('GRANT SELECT (name) ON migrations TO daybook_system');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('REVOKE SELECT (name) ON migrations FROM daybook_system');
  }
}
