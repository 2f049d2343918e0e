import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = `
-- Sums for the metrics, and nothing else: the system role gets no row of an account, only this function. As in
-- CountPeppers, forced row security binds the owner too, so the function opens the rows for itself alone.
CREATE POLICY summing ON users FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'accounts');
CREATE POLICY summing ON sessions FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'accounts');
CREATE POLICY summing ON storage FOR SELECT TO CURRENT_USER USING (current_setting('app.counting', true) = 'accounts');

CREATE FUNCTION count_accounts() RETURNS TABLE (uce bigint, e2e bigint, sessions bigint, storage_bytes bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM set_config('app.counting', 'accounts', true);
  RETURN QUERY SELECT
    (SELECT count(*) FROM users WHERE tier = 'uce'),
    (SELECT count(*) FROM users WHERE tier = 'e2e'),
    (SELECT count(*) FROM sessions AS alive WHERE alive.expires_at > now()),
    (SELECT coalesce(sum(used_bytes), 0)::bigint FROM storage);
  PERFORM set_config('app.counting', '', true);
END $$;
COMMENT ON FUNCTION count_accounts() IS 'how many accounts of each tier and living sessions there are, and what all of them store';
REVOKE ALL ON FUNCTION count_accounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_accounts() TO daybook_system;
`;

const down = `
DROP FUNCTION count_accounts();
DROP POLICY summing ON storage;
DROP POLICY summing ON sessions;
DROP POLICY summing ON users;
`;

export class CountAccounts1795251010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
