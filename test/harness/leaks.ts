import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { claimsOf } from './access-tokens.js';

/** Something that must not be found, as bytes; `name` says what it is. */
export interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

export const textNeedle = (name: string, text: string): Needle => ({ name, bytes: Buffer.from(text) });
export const bytesNeedle = (name: string, base64url: string): Needle => ({
  name,
  bytes: Buffer.from(base64url, 'base64url'),
});

/** Everything secret in the two tokens of a session: of the first one its signature, since the rest names ids. */
export function sessionNeedles(name: string, access: string, refresh: string): Needle[] {
  const { key } = claimsOf(access);
  return [
    textNeedle(`${name}: access token`, access.split('.')[2] ?? ''),
    textNeedle(`${name}: refresh token`, refresh),
    {
      name: `${name}: refresh secret`,
      bytes: Buffer.from(refresh.slice('dbr_'.length), 'base64url').subarray(32, 64),
    },
    ...(typeof key === 'string' ? [bytesNeedle(`${name}: access secret`, key)] : []),
  ];
}

/** The spellings in which bytes could lie somewhere: as they are, in hex, and in base64 at any of the three offsets. */
function spellings({ bytes }: Needle): string[] {
  const inBase64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url');
    // The first and the last characters depend on what stands beside the bytes.
    return encoded.slice(offset === 0 ? 0 : 4, -4);
  });
  const hex = bytes.toString('hex');
  const base64 = inBase64.map((text) => text.replaceAll('-', '+').replaceAll('_', '/'));
  return [bytes.toString('latin1'), hex, hex.toUpperCase(), ...inBase64, ...base64];
}

/** A place that was searched, as latin1 text so that any byte is a character. */
export interface Haystack {
  readonly place: string;
  readonly text: string;
}

/** Which of `needles` are found, and where: `password in entries`. */
export function found(needles: readonly Needle[], haystacks: readonly Haystack[]): string[] {
  return needles.flatMap((needle) => {
    const spelled = spellings(needle);
    const places = haystacks.filter(({ text }) => spelled.some((spelling) => text.includes(spelling)));
    return places.map(({ place }) => `${needle.name} in ${place}`);
  });
}

/** Every row of every table outside of PostgreSQL's own schemas, each table as one text (bytea is in hex there). */
export async function everyRow(superuserUrl: string): Promise<Haystack[]> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(`
      SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname !~ '^(pg_|information_schema$)' ORDER BY 1`);
    const haystacks: Haystack[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      const text = rows.map(({ row }) => row).join('\n');
      haystacks.push({ place: name, text: Buffer.from(text).toString('latin1') });
    }
    return haystacks;
  } finally {
    await client.end();
  }
}

/** Every file under a folder. */
export async function everyFile(folder: string): Promise<Haystack[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({ place: file.slice(folder.length + 1), text: await readFile(file, 'latin1') })),
  );
}

/** The superuser's way into the database of `npm start` under `dataDir`. */
export async function embeddedSuperuserUrl(dataDir: string, database: string): Promise<string> {
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
  const [, , , port = ''] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return `postgres://postgres:${password}@127.0.0.1:${port.trim()}/${database}`;
}
