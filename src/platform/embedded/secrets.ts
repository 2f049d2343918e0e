import { z } from 'zod';
import { createPrivateFile, readPrivateFile, replacePrivateFile } from './private-file.js';

const LOSS = 'It was left as it is: without the secrets in it, diaries already stored could not be opened.';

/** @throws Error that names what is wrong, and never a value */
function parseSecrets<T>(file: string, schema: z.ZodType<T>, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON. ${LOSS} Restore it from a backup.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole file');
  throw new Error(
    `${file} is not as Daybook wrote it (look at: ${[...new Set(places)].join(', ')}). ${LOSS} Restore it from a backup.`,
  );
}

/**
 * The secrets in `file`, a JSON file with mode 0600. On the first start it is written from `create()`, on disk before
 * this returns; from then on it is only read. Two processes starting at once agree on the one that was first.
 * @param schema what the file must hold, as JSON
 * @throws Error when others may read the file, or when it is malformed: it is never made anew
 */
export function loadOrCreateSecrets<T>(file: string, schema: z.ZodType<T>, create: () => T): T {
  const present = readPrivateFile(file);
  if (present !== null) return parseSecrets(file, schema, present);

  const text = `${JSON.stringify(create(), null, 2)}\n`;
  const secrets = parseSecrets(file, schema, text); // what cannot be read back must not be written
  if (createPrivateFile(file, text)) return secrets;
  return loadOrCreateSecrets(file, schema, create);
}

/**
 * Gives `file` the members that a newer version needs and an older one did not write. What is there stays as it is, and a
 * file that is missing or malformed is left alone.
 * @param additions what opens nothing that is stored already, so that making it anew loses nothing
 */
export function completeSecrets(file: string, additions: Readonly<Record<string, unknown>>): void {
  const present = readPrivateFile(file);
  if (present === null) return;
  const secrets = parseSecrets(file, z.looseObject({}), present);
  if (Object.keys(additions).every((member) => member in secrets)) return;
  replacePrivateFile(file, `${JSON.stringify({ ...additions, ...secrets }, null, 2)}\n`);
}
