import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE storage (
  user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  used_bytes bigint NOT NULL CHECK (used_bytes >= 0),
  quota_bytes bigint CHECK (quota_bytes >= 0)
);
COMMENT ON TABLE storage IS 'what a user has stored, sealed; counted in the transaction that stores it';
COMMENT ON COLUMN storage.quota_bytes IS 'null where it is what everybody may store';

-- Forced row security would hide every row from the owner too.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
ALTER TABLE entries NO FORCE ROW LEVEL SECURITY;
INSERT INTO storage (user_id, used_bytes)
  SELECT users.user_id, coalesce(sum(octet_length(sealed) + octet_length(wrapped_key)), 0)
  FROM users LEFT JOIN entries ON entries.user_id = users.user_id GROUP BY users.user_id;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE entries FORCE ROW LEVEL SECURITY;

ALTER TABLE storage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON storage USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON storage TO daybook_api;
`;

const down = `
DROP TABLE storage;
`;

export class CountStorage1795250400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
