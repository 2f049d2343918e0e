import { EnvelopeRefused, fromBase64url } from '@daybook/sdk/crypto';
import { z } from 'zod';

const encodedLength = (bytes: number) => Math.ceil((bytes * 4) / 3);

/** Bytes as they travel: base64url without padding, in its one spelling. At least `least` of them, at most `most`. */
export const bytes = (least: number, most = least) =>
  z
    .string()
    .meta({ contentEncoding: 'base64url', minLength: encodedLength(least), maxLength: encodedLength(most) })
    .transform((text, context) => {
      const decoded = decode(text.slice(0, encodedLength(most) + 1));
      if (decoded && decoded.length >= least && decoded.length <= most) return decoded;
      const size = least === most ? `${least}` : `${least} to ${most}`;
      context.issues.push({
        code: 'custom',
        input: text,
        message: `must be base64url without padding, of ${size} bytes`,
      });
      return z.NEVER;
    });

function decode(text: string): Uint8Array | undefined {
  try {
    return fromBase64url(text);
  } catch (error) {
    if (error instanceof EnvelopeRefused) return undefined;
    throw error;
  }
}

/** A diary day, `YYYY-MM-DD`. PostgreSQL has no year zero. */
export const Day = z.iso.date().refine((day) => !day.startsWith('0000-'), 'is before the year 1');

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const shownAsBoolean = { type: 'boolean', enum: undefined } as const;

/** A boolean in a query string, where leaving it out means neither. */
export const optionalFlag = (description: string) => Flag.optional().meta({ ...shownAsBoolean, description });

/** A boolean in a query string, false where it is left out. */
export const flag = (description: string) =>
  Flag.default(false).meta({ ...shownAsBoolean, default: false, description });

/** An instant as it is answered: RFC 3339, UTC, milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 });
