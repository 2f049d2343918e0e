import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE devices ADD COLUMN public_key bytea CHECK (octet_length(public_key) = 32);
COMMENT ON COLUMN devices.public_key IS 'X25519, as the client gave it at sign-in; key_log says whether it was signed';

-- What was there before is all of type 1.
ALTER TABLE key_log ADD COLUMN type smallint NOT NULL DEFAULT 1, ADD COLUMN device_id uuid;
ALTER TABLE key_log ALTER COLUMN type DROP DEFAULT;
ALTER TABLE key_log ADD CONSTRAINT key_log_type CHECK (type IN (1, 2, 3) AND (type = 1) = (device_id IS NULL));
COMMENT ON COLUMN key_log.device_id IS 'what a statement of type 2 or 3 is about; the device may be gone';
CREATE UNIQUE INDEX key_log_devices ON key_log (user_id, device_id, type) WHERE device_id IS NOT NULL;
`;

const down = `
DROP INDEX key_log_devices;
-- Whoever knows type 1 alone refuses a log with others. Forced row security would hide them from the owner.
ALTER TABLE key_log NO FORCE ROW LEVEL SECURITY;
DELETE FROM key_log WHERE type <> 1;
ALTER TABLE key_log FORCE ROW LEVEL SECURITY;
ALTER TABLE key_log DROP COLUMN type, DROP COLUMN device_id;
ALTER TABLE devices DROP COLUMN public_key;
`;

export class LogDevices1795250500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
