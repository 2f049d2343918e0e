import { opendir, open } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { databaseUrl } from '../../dist/src/platform/database/roles.js';
import { startPostgres } from '../../dist/src/platform/embedded/postgres.js';

const CHUNK_BYTES = 8 * 1024 * 1024;
const DATABASE = 'daybook';

/** How a text may lie in a file: each form, and whether it is compared without regard to ASCII case. */
function formsOf(text) {
  const utf8 = Buffer.from(text, 'utf8');
  const folded = [utf8, Buffer.from(text, 'utf16le')].map((bytes) => ({ bytes: foldAscii(bytes), isFolded: true }));
  const encoded = [0, 1, 2].flatMap((alignment) => base64In(utf8, alignment));
  return [...folded, ...new Set(encoded)].map((form) =>
    typeof form === 'string' ? { bytes: Buffer.from(form, 'latin1'), isFolded: false } : form,
  );
}

/** The characters that these bytes always give in base64 and base64url, wherever the neighbours' bits do not reach. */
function base64In(bytes, alignment) {
  const whole = Buffer.concat([Buffer.alloc(alignment), bytes]);
  const usable = Math.floor(whole.length / 3) * 4;
  const from = alignment === 0 ? 0 : 4;
  return ['base64', 'base64url'].map((alphabet) => whole.toString(alphabet).slice(from, usable));
}

/** `bytes` with A–Z made a–z, in a copy. */
function foldAscii(bytes) {
  const folded = Buffer.from(bytes);
  for (let n = 0; n < folded.length; n++) if (folded[n] >= 0x41 && folded[n] <= 0x5a) folded[n] |= 0x20;
  return folded;
}

/** Looks for texts in bytes that come in pieces. */
export class Sweep {
  /** Files and rows that were looked into, and their bytes. */
  files = 0;
  rows = 0;
  bytes = 0;
  #found = new Map();
  #forms;
  #overlap;

  constructor(texts) {
    this.#forms = texts.flatMap((text) => formsOf(text).map((form) => ({ text, ...form })));
    this.#overlap = Math.max(...this.#forms.map(({ bytes }) => bytes.length)) - 1;
  }

  /** The places where `text` was found. */
  placesOf(text) {
    return [...(this.#found.get(text) ?? [])];
  }

  look(bytes, place) {
    const folded = foldAscii(bytes);
    for (const { text, bytes: form, isFolded } of this.#forms) {
      if ((isFolded ? folded : bytes).includes(form))
        this.#found.set(text, (this.#found.get(text) ?? new Set()).add(place));
    }
  }

  /** Every file below `folder`. */
  async lookIntoFiles(folder) {
    for await (const file of await opendir(folder, { recursive: true })) {
      if (file.isFile()) await this.#lookIntoFile(join(file.parentPath, file.name), folder);
    }
  }

  async #lookIntoFile(path, folder) {
    this.files += 1;
    const file = await open(path);
    const chunk = Buffer.alloc(CHUNK_BYTES);
    try {
      for (let kept = 0; ;) {
        const { bytesRead } = await file.read(chunk, kept, CHUNK_BYTES - kept);
        if (bytesRead === 0) break;
        const filled = kept + bytesRead;
        this.bytes += bytesRead;
        this.look(chunk.subarray(0, filled), path.slice(folder.length + 1));
        kept = Math.min(this.#overlap, filled);
        chunk.copyWithin(0, filled - kept, filled);
      }
    } finally {
      await file.close();
    }
  }

  /** Every value of every table, as the superuser: PostgreSQL may compress long values, which no search of files sees. */
  async lookIntoTables(dataDir) {
    const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') });
    const client = new pg.Client({
      connectionString: databaseUrl(postgres.superuserUrl, DATABASE),
      types: { getTypeParser: () => (value) => value },
    });
    try {
      await client.connect();
      const { rows } = await client.query(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      for (const { name } of rows) await this.#lookIntoTable(client, name);
    } finally {
      await client.end();
      await postgres.stop();
    }
  }

  async #lookIntoTable(client, name) {
    const { rows } = await client.query({ text: `SELECT * FROM ${name}`, rowMode: 'array' });
    this.rows += rows.length;
    for (const row of rows) this.look(Buffer.concat(row.flatMap((value) => [bytesOf(value), Buffer.of(0)])), name);
  }
}

/** A value as PostgreSQL writes it; bytea, which it writes in hexadecimal, as the bytes themselves. */
function bytesOf(value) {
  if (value === null) return Buffer.alloc(0);
  return value.startsWith('\\x') ? Buffer.from(value.slice(2), 'hex') : Buffer.from(value, 'utf8');
}
