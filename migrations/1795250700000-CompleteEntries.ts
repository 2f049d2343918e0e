import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
ALTER TABLE users ADD COLUMN versions_kept integer NOT NULL DEFAULT 1000 CHECK (versions_kept BETWEEN 0 AND 1000);
COMMENT ON COLUMN users.versions_kept IS 'how many earlier versions of each entry are kept';

ALTER TABLE entries
  ADD COLUMN external_id text,
  ADD COLUMN device_id uuid,
  ADD COLUMN deleted_at timestamptz,
  ADD CONSTRAINT entries_external_check CHECK (external_id IS NULL OR source IS NOT NULL);
COMMENT ON COLUMN entries.external_id IS 'what the source calls it: it is brought in once';
COMMENT ON COLUMN entries.device_id IS 'where this version was written; the device may be gone';
COMMENT ON COLUMN entries.deleted_at IS 'since when it is in the trash';
CREATE UNIQUE INDEX entries_external ON entries (user_id, source, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE entry_versions (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  kind text NOT NULL,
  entry_date date,
  device_id uuid,
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  envelope_hash bytea NOT NULL CHECK (octet_length(envelope_hash) = 32),
  prev_envelope_hash bytea NOT NULL CHECK (octet_length(prev_envelope_hash) = 32),
  written_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, entry_id, version),
  FOREIGN KEY (user_id, entry_id) REFERENCES entries (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE entry_versions IS 'what an entry was before its latest change';

CREATE TABLE tags (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  token bytea NOT NULL CHECK (octet_length(token) = 16),
  sealed_name bytea,
  wrapped_key bytea,
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, token),
  CHECK ((sealed_name IS NULL) = (wrapped_key IS NULL))
);
COMMENT ON COLUMN tags.token IS 'a keyed hash of the name, the key of which only its user has';
COMMENT ON COLUMN tags.sealed_name IS 'null in the e2e tier, where names are in the content alone';

CREATE TABLE entry_tags (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  PRIMARY KEY (user_id, entry_id, tag_id),
  FOREIGN KEY (user_id, entry_id) REFERENCES entries (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id) ON DELETE CASCADE
);
CREATE INDEX entry_tags_by_tag ON entry_tags (user_id, tag_id);

CREATE TABLE entry_signatures (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  period integer NOT NULL CHECK (period BETWEEN 0 AND 65535),
  signature bit(2048) NOT NULL,
  PRIMARY KEY (user_id, entry_id),
  FOREIGN KEY (user_id, entry_id) REFERENCES entries (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE entry_signatures IS 'blurred words for search (uce): docs/search.md';

CREATE TABLE entry_cards (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (user_id, entry_id),
  FOREIGN KEY (user_id, entry_id) REFERENCES entries (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE entry_cards IS 'the words of an entry with their places, sealed under its content key (uce)';

CREATE TABLE tombstones (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  erased_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE tombstones IS 'ids of erased entries, which are never used again';

CREATE TABLE due (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  task text NOT NULL,
  id uuid NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, task, id)
);
COMMENT ON TABLE due IS 'what is to be done for whom, and when: the work itself is done as that user';
CREATE INDEX due_next ON due (task, due_at);
CREATE POLICY due ON due FOR SELECT TO daybook_system USING (due_at < now());
GRANT SELECT ON due TO daybook_system;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['entry_versions', 'tags', 'entry_tags', 'entry_signatures', 'entry_cards', 'tombstones', 'due'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner ON %I USING (user_id = nullif(current_setting(''app.user_id'', true), '''')::uuid)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO daybook_api', name);
  END LOOP;
END $$;
`;

const down = `
DROP TABLE due, tombstones, entry_cards, entry_signatures, entry_tags, tags, entry_versions;
DROP INDEX entries_external;
ALTER TABLE entries DROP COLUMN external_id, DROP COLUMN device_id, DROP COLUMN deleted_at;
ALTER TABLE users DROP COLUMN versions_kept;
`;

export class CompleteEntries1795250700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
