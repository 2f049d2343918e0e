/** What PostgreSQL must not have switched off: each of them may lose what was acknowledged, or the whole database. */
const DANGERS = {
  fsync: 'a power cut may destroy the database',
  full_page_writes: 'a power cut may destroy the database',
  synchronous_commit: 'a crash loses what was acknowledged',
} as const;

type Durable = keyof typeof DANGERS;

/** Something that is off. */
export interface DurabilityFault {
  readonly what: string;
  readonly remedy: string;
}

/** One row of it for each setting, as the role that asks has it. */
const SETTINGS = `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name`;

const isDurable = (name: string): name is Durable => Object.hasOwn(DANGERS, name);

/** What of the database does not keep what it acknowledges, with what to do. @param query runs a statement and answers its rows */
export async function findDurabilityFaults(
  query: (sql: string) => Promise<readonly { name: string; setting: string }[]>,
): Promise<DurabilityFault[]> {
  return (await query(SETTINGS)).flatMap(({ name, setting }) =>
    setting === 'off' && isDurable(name) ? [{ what: `${name} is off: ${DANGERS[name]}`, remedy: remedyOf(name) }] : [],
  );
}

const remedyOf = (name: Durable): string =>
  name === 'synchronous_commit'
    ? 'Switch it on where it was switched off (ALTER SYSTEM, ALTER DATABASE or ALTER ROLE … RESET synchronous_commit).'
    : `As a superuser: ALTER SYSTEM SET ${name} = on; SELECT pg_reload_conf();`;
