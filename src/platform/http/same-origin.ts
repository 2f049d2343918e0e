import type { FastifyRequest } from 'fastify';

const READING = new Set(['GET', 'HEAD']);

/**
 * Whether a browser sent this request from a page of our own origin. Sec-Fetch-Site (W3C Fetch Metadata) is believed where
 * it is there, since no page can set it; `none` is somebody who opened an address. Browsers without it send Origin with
 * whatever could change something. Who sends neither may read, which gives a page nothing that it can look at.
 * @param own the origin of PUBLIC_URL
 */
export function isSameOrigin({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>, own: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  const isReading = READING.has(method);
  if (site !== undefined) return site === 'same-origin' || (site === 'none' && isReading);
  return origin === undefined ? isReading : origin === own;
}
