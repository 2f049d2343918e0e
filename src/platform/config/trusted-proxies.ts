import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

const HOPS_MAX = 10;
const ranges = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isRange(text: string): boolean {
  if (ranges.has(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (isIPv6(address) ? 128 : 32))
  );
}

/** Which proxies may say who the client is: the first so many seen from here, or those in the given ranges. */
export const TrustedProxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (parts) => (parts.length === 1 && isHops(parts[0] ?? '')) || parts.every(isRange),
    `must be a number of hops (1 to ${HOPS_MAX}), or addresses and CIDR ranges, comma-separated`,
  )
  .transform((parts) => (isHops(parts[0] ?? '') ? Number(parts[0]) : parts));
export type TrustedProxies = z.output<typeof TrustedProxies>;

const isHops = (text: string) => /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= HOPS_MAX;
