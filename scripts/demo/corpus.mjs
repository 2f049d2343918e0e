import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';

const TEXT_BYTES_MAX = 256 * 1024;
const SHORT_TEXTS = { title: 500, mood: 50 };
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A corpus that cannot be used, and what to do about it. */
export class CorpusRefused extends Error {}

/**
 * A diary from JSON lines (also .gz): each an object with `date` (YYYY-MM-DD) and `text` or `content`, and maybe `title`
 * and `mood`; other fields are left out.
 * @returns drafts for `daybook.entries.write`, in the order of the lines
 * @throws CorpusRefused naming the line and what is wrong with it
 */
export async function readCorpus(file) {
  const lines = (await textOf(file)).split('\n');
  const drafts = lines.flatMap((line, index) => (line.trim() === '' ? [] : [draftOf(line, index + 1, file)]));
  if (drafts.length === 0) throw new CorpusRefused(`${file} has no entries: it needs one JSON object per line`);
  return drafts;
}

async function textOf(file) {
  const bytes = await readFile(file).catch((error) => {
    throw new CorpusRefused(
      `${file} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
    );
  });
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(isZipped ? gunzipSync(bytes) : bytes);
  } catch {
    throw new CorpusRefused(`${file} is not ${isZipped ? 'complete gzip of ' : ''}UTF-8 text`);
  }
}

function draftOf(line, number, file) {
  const refuse = (what) => {
    throw new CorpusRefused(`${basename(file)}, line ${number}: ${what}`);
  };
  const { date, text, content = text, ...rest } = parsed(line) ?? refuse('this is not a JSON object');
  if (!isDay(date)) refuse('"date" must be a day like "2024-02-29"');
  if (typeof content !== 'string' || content === '') refuse('"text" (or "content") must be a text that is not empty');
  if (Buffer.byteLength(content) > TEXT_BYTES_MAX) refuse(`the text is longer than ${TEXT_BYTES_MAX} bytes`);
  const short = Object.entries(SHORT_TEXTS).flatMap(([name, max]) => {
    const value = rest[name] ?? '';
    if (typeof value !== 'string' || value.length > max)
      refuse(`"${name}" must be a text of ${max} characters at most`);
    return value === '' ? [] : [[name, value]];
  });
  return { entry_date: date, content, ...Object.fromEntries(short) };
}

function parsed(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isDay(value) {
  if (typeof value !== 'string' || !DAY.test(value)) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
}
