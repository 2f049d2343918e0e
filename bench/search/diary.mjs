import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createId,
  envelopeHash,
  fromBase64url,
  hkdf,
  labels,
  openContentKey,
  sealCard,
  sealEntry,
  slotField,
  unwrapMasterKey,
} from '@daybook/sdk/crypto';
import {
  cardVersion,
  encodeCard,
  languageOfEntry,
  makeCard,
  periodOf,
  signatureOf,
  stemsOf,
} from '@daybook/sdk/search';
import { PASSWORD, send, signUpUce } from '../logins/people.mjs';

const DAYS = 7_300;
const DAY_MS = 86_400_000;
const LAST_DAY = Date.parse('2025-12-31');
const ROWS_AT_ONCE = 500;

/** Somebody new with one entry, written as anybody writes. @returns the master key as the sign-up opened it, and whose it is */
export async function beginDiary({ url, data, database, email, content, signal }) {
  const token = await signUpUce(url, email, signal);
  const { status } = await send(url, 'POST', '/entries', { body: { content }, token, signal });
  if (status !== 201) throw new Error(`an entry was answered ${status}`);
  const { sub: userId, jti: slotId, key } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  const { rows } = await database.query(
    'SELECT wrapped, master_key_id, pepper_id FROM slots WHERE user_id = $1 AND id = $2',
    [userId, slotId],
  );
  const [{ wrapped, master_key_id: masterKeyId, pepper_id: pepperId }] = rows;
  const slotKey = hkdf(fromBase64url(key), labels.access, pepper(data, pepperId));
  const master = unwrapMasterKey({
    tier: 'uce',
    userId,
    field: slotField.access,
    slotId,
    key: slotKey,
    wrapped,
    masterKeyId,
  });
  return { email, userId, master };
}

/** A new sign-in: a token lasts for fifteen minutes. @returns the access token */
export async function signIn(url, email, signal) {
  const { status, body } = await send(url, 'POST', '/auth/login', { body: { email, password: PASSWORD }, signal });
  if (status !== 200) throw new Error(`sign-in answered ${status}`);
  return body.tokens.access_token;
}

function pepper(data, id) {
  const { session_peppers: list } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8'));
  const named = list.split(',').map((one) => one.trim().split(':'));
  return fromBase64url(named.find(([name]) => name === id)[1]);
}

/**
 * Puts entries into the tables as the server seals and indexes them, texts in turns and days over twenty years: all but their
 * events in the history and the bytes they count for. The first text is that of the entry which is there already.
 */
export async function fillDiary({ database, diary, texts, count, signal }) {
  const { userId, master } = diary;
  const searchKey = master.derive(labels.search);
  // What depends on the text alone is made once: it costs most, and an entry's own keys have no part in it.
  const models = texts.slice(0, count + 1).map((text, at) => modelOf(text, dayOf(at, texts.length), searchKey));
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    signal.throwIfAborted();
    const length = Math.min(ROWS_AT_ONCE, count - from);
    const rows = Array.from({ length }, (_, n) => rowOf(diary, models[(from + n + 1) % models.length]));
    await insertRows(database, userId, rows);
  }
}

const dayOf = (at, count) => new Date(LAST_DAY - Math.floor((at * DAYS) / count) * DAY_MS).toISOString().slice(0, 10);

function modelOf(content, date, searchKey) {
  const card = makeCard({ text: content, date, language: languageOfEntry({ content }, 'en') });
  const period = periodOf(date, false);
  return {
    date,
    content: { v: 1, content },
    card: encodeCard(card),
    period,
    signature: signatureOf(stemsOf(card), searchKey, period),
  };
}

function rowOf({ userId, master }, { date, content, card, period, signature }) {
  const place = { tier: 'uce', master, userId, entryId: createId(), version: 1 };
  const { sealed, wrappedKey } = sealEntry({ ...place, content });
  const contentKey = openContentKey(place, wrappedKey);
  return {
    id: place.entryId,
    date,
    sealed,
    wrapped_key: wrappedKey,
    hash: envelopeHash(sealed),
    card: sealCard(place, contentKey, card),
    period,
    signature,
  };
}

const hexOf = (bytes) => Buffer.from(bytes).toString('hex');

async function insertRows(database, userId, rows) {
  const given = JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? hexOf(value) : value]),
      ),
    ),
  );
  await database.query(
    `WITH given AS MATERIALIZED (
       SELECT * FROM json_to_recordset($2) AS made (id uuid, date date, sealed text, wrapped_key text, hash text,
         card text, period int, signature text)),
     entry AS (
       INSERT INTO entries (user_id, id, kind, entry_date, listed_on, version, sealed, wrapped_key, envelope_hash,
         prev_envelope_hash, created_at, updated_at)
       SELECT $1, id, 'diary', date, date, 1, decode(sealed, 'hex'), decode(wrapped_key, 'hex'), decode(hash, 'hex'),
         decode(repeat('00', 32), 'hex'), now(), now() FROM given),
     card AS (
       INSERT INTO entry_cards (user_id, entry_id, sealed, index_version)
       SELECT $1, id, decode(card, 'hex'), $3 FROM given)
     INSERT INTO entry_signatures (user_id, entry_id, period, entry_date, signature)
     SELECT $1, id, period, date, ('x' || signature)::bit(2048) FROM given`,
    [userId, given, cardVersion],
  );
}
