import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
-- What was indexed in another way is indexed again, by itself.
TRUNCATE entry_cards, entry_signatures;
ALTER TABLE entry_cards ADD COLUMN index_version smallint NOT NULL;
COMMENT ON COLUMN entry_cards.index_version IS 'how the card was made: one that was made otherwise than today is made anew';

CREATE INDEX entry_signatures_by_period ON entry_signatures (user_id, period);

CREATE TABLE search_languages (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  PRIMARY KEY (user_id)
);
COMMENT ON TABLE search_languages IS 'which languages a user''s entries are in, sealed (uce)';
ALTER TABLE search_languages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON search_languages USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON search_languages TO daybook_api;
`;

const down = `
DROP TABLE search_languages;
DROP INDEX entry_signatures_by_period;
ALTER TABLE entry_cards DROP COLUMN index_version;
`;

export class IndexEntries1795250800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
