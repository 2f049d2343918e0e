import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
-- Slots of API keys end with their keys; those made before did not. Forced row security would hide them from the owner too.
ALTER TABLE slots NO FORCE ROW LEVEL SECURITY;
ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY;
UPDATE slots SET expires_at = api_keys.expires_at FROM api_keys
  WHERE slots.kind = 'api_key' AND slots.user_id = api_keys.user_id AND slots.id = api_keys.id
    AND slots.expires_at IS DISTINCT FROM api_keys.expires_at;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE slots FORCE ROW LEVEL SECURITY;
`;

export class ExpireKeySlots1795250510000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(): Promise<void> {
    // What has expired stays so: there is nothing to give back.
  }
}
