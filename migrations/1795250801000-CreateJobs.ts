import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
CREATE TABLE jobs (
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress jsonb NOT NULL,
  result jsonb,
  problem jsonb,
  place text,
  revision integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  CHECK ((finished_at IS NULL) = (state IN ('queued', 'running')))
);
COMMENT ON TABLE jobs IS 'long work that a user asked for, without any content';
COMMENT ON COLUMN jobs.place IS 'where the work goes on';
COMMENT ON COLUMN jobs.revision IS 'one more with each change';
CREATE INDEX jobs_expiry ON jobs (expires_at);

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON jobs USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO daybook_api;

CREATE POLICY expiry ON jobs TO daybook_system USING (expires_at < now());
GRANT SELECT (user_id, id, expires_at), DELETE ON jobs TO daybook_system;
`;

const down = `DROP TABLE jobs`;

export class CreateJobs1795250801000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
