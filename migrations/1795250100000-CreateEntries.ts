import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE ledger_heads (
  user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  seq bigint NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE ledger_heads IS 'the per-user counter: whoever writes for a user locks this row first';

CREATE TABLE ledger_events (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  seq bigint NOT NULL CHECK (seq > 0),
  type smallint NOT NULL,
  entry_id uuid,
  version bigint,
  device_id uuid,
  session_id uuid,
  at timestamptz NOT NULL,
  envelope_hash bytea CHECK (octet_length(envelope_hash) = 32),
  prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (user_id, seq)
);

CREATE TABLE entries (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL,
  entry_date date,
  listed_on date NOT NULL,
  source text,
  version bigint NOT NULL CHECK (version > 0),
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  envelope_hash bytea NOT NULL CHECK (octet_length(envelope_hash) = 32),
  prev_envelope_hash bytea NOT NULL CHECK (octet_length(prev_envelope_hash) = 32),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id)
);
COMMENT ON COLUMN entries.listed_on IS 'the diary day, or the day it was written where it has none: the order of lists';
CREATE INDEX entries_listed ON entries (user_id, listed_on DESC, id DESC);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['ledger_heads', 'ledger_events', 'entries'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner ON %I USING (user_id = nullif(current_setting(''app.user_id'', true), '''')::uuid)', name);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON ledger_heads TO daybook_api;
GRANT SELECT, INSERT ON ledger_events TO daybook_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON entries TO daybook_api;
`;

const down = `
DROP TABLE entries, ledger_events, ledger_heads;
`;

export class CreateEntries1795250100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
