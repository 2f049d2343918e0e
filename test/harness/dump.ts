import { parseRecoveryCode } from '@daybook/sdk/crypto';
import type { Redis } from 'ioredis';
import type { TestDatabase } from './database.js';

const BYTES_MIN = 16;
const BYTES_MAX = 64;

export interface SlotRow {
  readonly user_id: string;
  readonly id: string;
  readonly kind: string;
  readonly tier: 'uce' | 'e2e';
  readonly kdf_m_kib: number | null;
  readonly kdf_t: number | null;
  readonly wrapped: Buffer;
}

export interface EntryRow {
  readonly user_id: string;
  readonly id: string;
  readonly tier: 'uce' | 'e2e';
  readonly sealed: Buffer;
  readonly wrapped_key: Buffer;
}

/** All that somebody has who copied the database, as text, and the rows that hold something sealed. */
export interface Dump {
  readonly tables: readonly string[];
  readonly texts: readonly string[];
  readonly slots: readonly SlotRow[];
  readonly entries: readonly EntryRow[];
}

/** Every value of every row of every table outside of PostgreSQL's own schemas. */
export async function takeDump({ look }: TestDatabase): Promise<Dump> {
  const tables = await look<{ name: string }>(`
    SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname !~ '^(pg_|information_schema$)' ORDER BY 1`);
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await look<{ row: unknown }>(`SELECT to_jsonb(t) AS row FROM ${name} AS t`);
    for (const { row } of rows) texts.push(...leavesOf(row));
  }
  return {
    tables: tables.map(({ name }) => name),
    texts,
    slots: await look('SELECT slots.*, tier FROM slots JOIN users USING (user_id) ORDER BY slots.created_at, id'),
    entries: await look('SELECT entries.*, tier FROM entries JOIN users USING (user_id)'),
  };
}

/** Every key and value that Redis holds under `prefix`. */
export async function redisTexts(redis: Redis, prefix: string): Promise<string[]> {
  const keys = [...(await redis.keys(`{${prefix}}*`)), ...(await redis.keys(`${prefix}*`))];
  const values = await Promise.all(keys.map(async (key) => valuesOf(redis, key, await redis.type(key))));
  return [...keys, ...values.flatMap((value) => leavesOf(value))];
}

function valuesOf(redis: Redis, key: string, type: string): Promise<unknown> {
  if (type === 'hash') return redis.hgetall(key);
  if (type === 'list') return redis.lrange(key, 0, -1);
  if (type === 'set') return redis.smembers(key);
  if (type === 'zset') return redis.zrange(key, 0, -1);
  if (type === 'stream') return redis.xrange(key, '-', '+');
  return redis.get(key);
}

/** The texts in a JSON value, and what JSON in a text holds. */
function leavesOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, item]) => [name, ...leavesOf(item)]);
  if (typeof value !== 'string') return [];
  const inside = /^[[{]/.test(value) ? parsed(value) : undefined;
  return [value, ...(inside === undefined ? [] : leavesOf(inside))];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Byte strings that may be a secret: whole values, and what can be cut out of longer ones. */
export interface Pool {
  /** Of 16 to 64 bytes, each once. */
  readonly fields: readonly Buffer[];
  /** The same, from one boundary of a longer value to another. */
  readonly parts: readonly Buffer[];
  /** Each 32 bytes in a row of a longer value. */
  readonly windows: readonly Buffer[];
}

export function poolOf(texts: Iterable<string>, raw: Iterable<Buffer> = []): Pool {
  const values = [...new Set(texts)].flatMap((text) => [...readings(text)]);
  const all = [...values, ...raw];
  const long = once(all.filter(({ length }) => length > 32));
  return {
    fields: once(all.filter(fits)),
    parts: once(long.flatMap(partsOf).filter(fits)),
    windows: once(
      long.flatMap((bytes) => Array.from({ length: bytes.length - 31 }, (_, at) => bytes.subarray(at, at + 32))),
    ),
  };
}

const fits = ({ length }: Buffer) => length >= BYTES_MIN && length <= BYTES_MAX;
const once = (list: readonly Buffer[]): Buffer[] => [
  ...new Map(list.map((bytes) => [bytes.toString('latin1'), bytes])).values(),
];

/** The bytes that a text may stand for; also those of the parts of a token. */
function* readings(text: string): Generator<Buffer> {
  // As PostgreSQL writes bytes: the digits themselves say nothing.
  if (text.startsWith(String.raw`\x`)) return yield Buffer.from(text.slice(2), 'hex');
  if (text.length <= BYTES_MAX) yield Buffer.from(text);
  const hex = text.replaceAll('-', '');
  if (/^([0-9a-f]{2}){16,}$/i.test(hex)) yield Buffer.from(hex, 'hex');
  if (/^[\w+/-]{22,}={0,2}$/.test(text)) yield Buffer.from(text, 'base64');
  if (/^[0-9a-hjkmnp-tv-z]{26,}$/i.test(text)) yield fromBase32(text);
  yield* codeIn(text);
  const pieces = text.split(TOKEN_PARTS);
  if (pieces.length > 1) for (const piece of pieces) yield* readings(piece);
  if (!/^eyJ[\w-]+$/.test(text)) return;
  for (const leaf of leavesOf(Buffer.from(text, 'base64url').toString())) yield* readings(leaf);
}

/** Between the parts of `a.b.c`, `id:key`, `dbr_…`, `dbk_…_…_…`. */
const TOKEN_PARTS = /[^\w+/=-]|(?<=^db[a-z])_|(?<=^[0-9a-z]{26})_|(?<=^[0-9a-z]{52})_/;

/** A recovery code, as what HKDF takes of it. */
function* codeIn(text: string): Generator<Buffer> {
  try {
    yield Buffer.from(parseRecoveryCode(text));
  } catch {
    // It is none.
  }
}

/** Crockford's base32, most significant bits first; bits that fill no byte are left out. */
function fromBase32(text: string): Buffer {
  const digits = [...text.toLowerCase()].map((digit) => '0123456789abcdefghjkmnpqrstvwxyz'.indexOf(digit));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** Where the fields of our formats begin and end (docs/crypto.md): an envelope's, a statement's; elsewhere every 16 bytes. */
const BOUNDARIES: Record<string, readonly number[]> = {
  DB: [0, 8, 24, 48, 80, 96, 128, 144],
  DS: [0, 4, 20, 36, 52, 84, 88, 120, 152, 154, 186, 218],
};

function partsOf(bytes: Buffer): Buffer[] {
  const every16 = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, n) => 16 * n);
  const known = BOUNDARIES[bytes.toString('latin1', 0, 2)] ?? every16;
  const boundaries = [...known.filter((at) => at < bytes.length), bytes.length - 16, bytes.length];
  return boundaries.flatMap((from) => boundaries.filter((to) => to > from).map((to) => bytes.subarray(from, to)));
}
