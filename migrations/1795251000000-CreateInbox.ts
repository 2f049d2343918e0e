import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE inbox_items (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  entry_date date,
  source text,
  external_id text,
  brought_by text NOT NULL CHECK (brought_by IN ('session', 'api_key', 'facebook')),
  brought_by_id uuid,
  sealed_by text NOT NULL CHECK (sealed_by IN ('client', 'server')),
  sealed bytea NOT NULL,
  boxed_key bytea NOT NULL,
  fault text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, seq)
);
COMMENT ON TABLE inbox_items IS 'what was brought while the user was away, sealed to the user''s public key';
COMMENT ON COLUMN inbox_items.id IS 'of the entry that it becomes';
COMMENT ON COLUMN inbox_items.seq IS 'of the event that tells of it in the ledger: the order in which it came';
COMMENT ON COLUMN inbox_items.fault IS 'the type of the problem that kept it from becoming an entry';
COMMENT ON COLUMN inbox_items.expires_at IS '14 days after its owner was told of it, or threw it away';
CREATE UNIQUE INDEX inbox_items_external ON inbox_items (user_id, source, external_id) WHERE external_id IS NOT NULL;

ALTER TABLE inbox_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON inbox_items USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_items TO daybook_api;
`;

const down = `
DROP TABLE inbox_items;
`;

export class CreateInbox1795251000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
