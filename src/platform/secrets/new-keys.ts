import { createECDH, randomBytes } from 'node:crypto';
import { createPrivateFile, readPrivateFile, replacePrivateFile } from '../embedded/private-file.js';
import { isKeyList, type KeyListName } from '../config/config.js';

const KEY_BYTES = 32;
const SUFFIX_BYTES = 2;

const letterOf: Record<KeyListName, string> = {
  TOKEN_KEYS: 't',
  PASSWORD_PEPPERS: 'p',
  SESSION_PEPPERS: 's',
  SERVER_KEYS: 'k',
};

/** The list, which may be empty, with a fresh key in front. */
export const withNewKey = (name: KeyListName, list: string, now: Date): string =>
  [newList(name, now), ...(list === '' ? [] : [list])].join(',');

/** A list of one fresh key. Its id has the day in it, and chance: an id must never name two keys. */
export function newList(name: KeyListName, now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const id = `${letterOf[name]}${day}-${randomBytes(SUFFIX_BYTES).toString('hex')}`;
  const key = name === 'TOKEN_KEYS' ? newScalar() : randomBytes(KEY_BYTES);
  return `${id}:${key.toString('base64url')}`;
}

/** The ids of a list, the current one first. */
export const idsOf = (list: string): string[] => list.split(',').map((pair) => pair.split(':')[0] ?? '');

/** A private key of P-256: not every 32 bytes are one. */
function newScalar(): Buffer {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const scalar = pair.getPrivateKey();
  return Buffer.concat([Buffer.alloc(KEY_BYTES - scalar.length), scalar]);
}

/** A file of secrets in which a list of keys was changed. */
export interface ChangedSecrets {
  readonly list: string;
  /** The file as it was before, beside it. */
  readonly backup: string;
}

/**
 * Puts a fresh key in front of a list in `file`, a JSON file of mode 0600 as the embedded instance keeps it. The file is
 * replaced in one step, after a copy of it was made.
 * @throws Error when it is not such a file; then nothing was changed
 */
export function addKeyToFile(file: string, name: KeyListName, now: Date): ChangedSecrets {
  const text = readPrivateFile(file);
  if (text === null) throw new Error(`${file} is missing. Nothing was changed.`);
  const secrets = objectIn(text);
  const member = name.toLowerCase();
  const list = secrets?.[member];
  if (!secrets || typeof list !== 'string' || !isKeyList(list))
    throw new Error(`${file} has no list of keys under "${member}". Nothing was changed.`);
  const changed = withNewKey(name, list, now);
  const backup = `${file}.before-${idsOf(changed)[0]}`;
  if (!createPrivateFile(backup, text)) throw new Error(`${backup} is there already. Nothing was changed.`);
  replacePrivateFile(file, `${JSON.stringify({ ...secrets, [member]: changed }, null, 2)}\n`);
  return { list: changed, backup };
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}
