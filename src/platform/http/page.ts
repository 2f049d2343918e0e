import { z } from 'zod';
import { invalidRequest } from './invalid-request.js';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;

/** `?limit=` and `?cursor=` of every list. Not a component of its own: Swagger would drop the parameters. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT).describe('how many at most'),
  cursor: z.string().min(1).max(500).optional().describe('next_cursor of the page before'),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** The place after a row, as an opaque text of the sort key's parts: ids and days, never content. */
export const writeCursor = (...key: readonly string[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The sort key in a cursor. @throws InvalidRequest when it is none of ours */
export function readCursor<Key>(cursor: string, key: z.ZodType<Key>): Key {
  const parsed = key.safeParse(parse(cursor));
  if (parsed.success) return parsed.data;
  throw invalidRequest({ pointer: '#/query/cursor', detail: 'is not a cursor that this server gave out' });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
