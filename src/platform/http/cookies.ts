import type { FastifyRequest } from 'fastify';

const VALUE_LENGTH_MAX = 2_000;
/** What our own cookies consist of: base64url, dots, and prefixes with an underscore. Nothing in them is encoded. */
const VALUE = /^[\w.-]+$/;
/** The white space that browsers strip; others belong to the name, so that it is another name. */
const AROUND = /^[ \t]+|[ \t]+$/g;

/**
 * The value of a cookie of ours (RFC 6265, section 5.4).
 * @returns undefined where it was not sent, null where what was sent is refused: the same name twice, too long, or with
 *   characters that none of ours has
 */
export function cookieOf({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string | null | undefined {
  const [value, ...more] = valuesOf(headers.cookie ?? '', name);
  if (value === undefined) return undefined;
  return more.length === 0 && value.length <= VALUE_LENGTH_MAX && VALUE.test(value) ? value : null;
}

const valuesOf = (header: string, name: string): string[] =>
  header.split(';').flatMap((pair) => {
    const [before = '', ...after] = pair.split('=');
    return before.replaceAll(AROUND, '') === name ? [after.join('=').replaceAll(AROUND, '')] : [];
  });
