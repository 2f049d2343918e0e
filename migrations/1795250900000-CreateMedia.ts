import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE media (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('reserved', 'ready', 'missing')),
  content_type text NOT NULL,
  byte_size bigint NOT NULL CHECK (byte_size > 0),
  sha256 bytea CHECK (octet_length(sha256) = 32),
  upload_id text,
  wrapped_key bytea NOT NULL,
  sealed_metadata bytea,
  thumbnail_of uuid,
  created_at timestamptz NOT NULL,
  reserved_until timestamptz NOT NULL,
  ready_at timestamptz,
  deleted_at timestamptz,
  erasing_at timestamptz,
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, thumbnail_of) REFERENCES media (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE media IS 'sealed objects in the store, and uploads that were announced';
COMMENT ON COLUMN media.sha256 IS 'of the sealed bytes; null where they are uploaded in parts';
COMMENT ON COLUMN media.upload_id IS 'the store''s name of an upload in parts that is not complete';
COMMENT ON COLUMN media.erasing_at IS 'since when it is gone for everybody; the row goes when the store has nothing of it any more';
CREATE INDEX media_listed ON media (user_id, created_at DESC, id DESC);
CREATE INDEX media_thumbnail ON media (user_id, thumbnail_of) WHERE thumbnail_of IS NOT NULL;

CREATE TABLE media_parts (
  user_id uuid NOT NULL,
  media_id uuid NOT NULL,
  number integer NOT NULL CHECK (number BETWEEN 1 AND 10000),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  PRIMARY KEY (user_id, media_id, number),
  FOREIGN KEY (user_id, media_id) REFERENCES media (user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE media_parts IS 'the checksums with which parts of an upload were announced';

CREATE TABLE entry_media (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  media_id uuid NOT NULL,
  place integer NOT NULL,
  PRIMARY KEY (user_id, entry_id, media_id),
  FOREIGN KEY (user_id, entry_id) REFERENCES entries (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, media_id) REFERENCES media (user_id, id) ON DELETE CASCADE
);
CREATE INDEX entry_media_by_media ON entry_media (user_id, media_id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['media', 'media_parts', 'entry_media'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner ON %I USING (user_id = nullif(current_setting(''app.user_id'', true), '''')::uuid)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO daybook_api', name);
  END LOOP;
END $$;

-- Whose objects are to be compared with their rows.
CREATE POLICY presence ON storage FOR SELECT TO daybook_system USING (true);
GRANT SELECT (user_id) ON storage TO daybook_system;
`;

const down = `
REVOKE SELECT (user_id) ON storage FROM daybook_system;
DROP POLICY presence ON storage;
DROP TABLE entry_media, media_parts, media;
`;

export class CreateMedia1795250900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
