import type pg from 'pg';
import type { Config } from '../config/config.js';
import type { Check } from './finding.js';

interface Subject {
  readonly client: pg.Client;
  readonly config: Config;
}

const RUNBOOK = 'See docs/runbooks/rotate-keys.md.';

/** Every server key that something is sealed under must be there: without it, that is lost (migration CreateIntegrations). */
export const serverKeys: Check<Subject> = {
  name: 'server keys',
  remedy: RUNBOOK,
  look: async ({ client, config: { values } }) => {
    const configured = new Set((values.SERVER_KEYS ?? []).map(({ id }) => id));
    const used = await countsOf(client);
    const missing = used.filter(({ id }) => !configured.has(id));
    if (missing.length === 0)
      return configured.size === 0
        ? 'none, and none is needed'
        : `${configured.size} configured, ${used.length} in use`;
    return missing.map(({ id, count }) => ({
      what: `${id} is not configured, and seals ${count}`,
      remedy: `Put ${id} back into SERVER_KEYS. ${RUNBOOK}`,
    }));
  },
};

/** How much is sealed under which key, as the only role that may know. */
async function countsOf(client: pg.Client): Promise<{ id: string; count: string }[]> {
  await client.query('BEGIN READ ONLY');
  try {
    await client.query('SET LOCAL ROLE daybook_system');
    const sql = 'SELECT server_key_id AS id, count FROM count_server_secrets() ORDER BY 1';
    return (await client.query<{ id: string; count: string }>(sql)).rows;
  } finally {
    await client.query('ROLLBACK');
  }
}
