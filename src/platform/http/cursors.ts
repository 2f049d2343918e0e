import {
  concatBytes,
  equalBytes,
  fromBase64url,
  hmacSha256,
  toBase64url,
  utf8,
  uuidToBytes,
} from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Principal } from '../database/database.js';
import { Secrets } from '../secrets/keyring.js';
import { invalidRequest } from './invalid-request.js';

const MAC_BYTES = 12;
const LABEL = utf8('cursor');

/**
 * Places in lists, as texts that a client hands back: the sort key of the last row (ids and days, never content), bound to
 * the user by an HMAC, so that whatever comes back is what was given out.
 */
@Injectable()
export class Cursors {
  constructor(private readonly secrets: Secrets) {}

  /** A place, as a text for the client. */
  write(principal: Principal, ...key: readonly string[]): string {
    const place = utf8(JSON.stringify(key));
    return toBase64url(concatBytes(this.mac(principal, place, this.secrets.sessionPeppers.current.key), place));
  }

  /** The sort key in a cursor. @throws InvalidRequest when it was not given out to this user */
  read<Key>(principal: Principal, cursor: string, key: z.ZodType<Key>): Key {
    const bytes = decode(cursor);
    const place = bytes.subarray(MAC_BYTES);
    const isOurs = this.secrets.sessionPeppers.all.some((pepper) =>
      equalBytes(this.mac(principal, place, pepper.key), bytes.subarray(0, MAC_BYTES)),
    );
    const parsed = isOurs ? key.safeParse(JSON.parse(Buffer.from(place).toString('utf8'))) : undefined;
    if (parsed?.success) return parsed.data;
    throw invalidRequest([{ pointer: '#/query/cursor', detail: 'is not a cursor that this server gave out to you' }]);
  }

  /** Cuts rows, of which one more than `limit` was asked for, to a page, and says where the next one begins. */
  page<Row>(principal: Principal, found: readonly Row[], limit: number, keyOf: (row: Row) => readonly string[]) {
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { rows, next_cursor: hasMore ? this.write(principal, ...keyOf(last)) : null };
  }

  private mac({ userId }: Principal, place: Uint8Array, pepper: Uint8Array): Uint8Array {
    return hmacSha256(pepper, LABEL, uuidToBytes(userId), place).subarray(0, MAC_BYTES);
  }
}

function decode(cursor: string): Uint8Array {
  try {
    return fromBase64url(cursor);
  } catch {
    return new Uint8Array();
  }
}
