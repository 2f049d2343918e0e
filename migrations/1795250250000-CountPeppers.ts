import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
-- Counts for operators who rotate peppers, and nothing else: the system role gets no column of a row, only this function.
-- Forced row security binds the owner too, so the function opens the rows for itself alone, by a setting of its own.
CREATE POLICY counting ON passwords FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'peppers');
CREATE POLICY counting ON slots FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'peppers');

CREATE FUNCTION count_peppers() RETURNS TABLE (kind text, pepper_id text, count bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM set_config('app.counting', 'peppers', true);
  RETURN QUERY
    SELECT 'verifier', passwords.pepper_id, count(*) FROM passwords GROUP BY passwords.pepper_id
    UNION ALL
    SELECT slots.kind, slots.pepper_id, count(*) FROM slots
    WHERE slots.pepper_id IS NOT NULL AND (slots.expires_at IS NULL OR slots.expires_at > now())
    GROUP BY slots.kind, slots.pepper_id;
  PERFORM set_config('app.counting', '', true);
END $$;
COMMENT ON FUNCTION count_peppers() IS 'how many verifiers, and how many live slots of each kind, still need which pepper';
REVOKE ALL ON FUNCTION count_peppers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_peppers() TO daybook_system;
`;

const down = `
DROP FUNCTION count_peppers();
DROP POLICY counting ON slots;
DROP POLICY counting ON passwords;
`;

export class CountPeppers1795250250000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
