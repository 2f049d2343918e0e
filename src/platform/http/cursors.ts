import {
  concatBytes,
  equalBytes,
  fromBase64url,
  hmacSha256,
  sha256,
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

/** Which list a cursor is a place in, and where requests have it. */
export interface CursorOf {
  /** Whatever tells the list from others, such as its filters. It goes into the HMAC alone. */
  readonly list?: string;
  /** `#/query/cursor` unless given. */
  readonly pointer?: string;
}

/**
 * Places in lists, as texts that a client hands back: the sort key of the last row (ids and days, never content), bound to
 * the user and the list by an HMAC, so that whatever comes back is what was given out.
 */
@Injectable()
export class Cursors {
  constructor(private readonly secrets: Secrets) {}

  /** A place, as a text for the client. */
  write(principal: Principal, key: readonly string[], { list = '' }: CursorOf = {}): string {
    const place = utf8(JSON.stringify(key));
    return toBase64url(concatBytes(this.mac(principal, list, place, this.secrets.sessionPeppers.current.key), place));
  }

  /** The sort key in a cursor. @throws InvalidRequest when it was not given out to this user, for this list */
  read<Key>(principal: Principal, cursor: string, key: z.ZodType<Key>, { list = '', pointer }: CursorOf = {}): Key {
    const bytes = decode(cursor);
    const place = bytes.subarray(MAC_BYTES);
    const isOurs = this.secrets.sessionPeppers.all.some((pepper) =>
      equalBytes(this.mac(principal, list, place, pepper.key), bytes.subarray(0, MAC_BYTES)),
    );
    const parsed = isOurs ? key.safeParse(JSON.parse(Buffer.from(place).toString('utf8'))) : undefined;
    if (parsed?.success) return parsed.data;
    throw invalidRequest([
      {
        pointer: pointer ?? '#/query/cursor',
        detail: 'is not a cursor that this server gave out to you, for this list',
      },
    ]);
  }

  /** Cuts rows, of which one more than `limit` was asked for, to a page, and says where the next one begins. */
  page<Row>(
    principal: Principal,
    found: readonly Row[],
    limit: number,
    keyOf: (row: Row) => readonly string[],
    of: CursorOf = {},
  ) {
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { rows, next_cursor: hasMore ? this.write(principal, keyOf(last), of) : null };
  }

  private mac({ userId }: Principal, list: string, place: Uint8Array, pepper: Uint8Array): Uint8Array {
    return hmacSha256(pepper, LABEL, uuidToBytes(userId), sha256(utf8(list)), place).subarray(0, MAC_BYTES);
  }
}

function decode(cursor: string): Uint8Array {
  try {
    return fromBase64url(cursor);
  } catch {
    return new Uint8Array();
  }
}
