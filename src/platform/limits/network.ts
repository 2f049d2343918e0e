import { isIPv6 } from 'node:net';

const GROUPS = 8;
const MAPPED = '0:0:0:0:0:ffff';

/**
 * What is counted of a client's address: all of an IPv4 address, the first 64 bits of an IPv6 address, because that is
 * what one customer is given (RFC 6177) and can change at will. An IPv4 address inside of IPv6 is an IPv4 address.
 */
export function networkOf(address: string): string {
  const bare = withoutPort(address).split('%', 1)[0] ?? '';
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  if (groups.slice(0, 6).join(':') === MAPPED) return dotted(groups);
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Some proxies add the port: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
const withoutPort = (address: string) => address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');

/** The eight groups, in the spelling of URLs (lower case, no leading zeros, no dotted rest). */
function groupsOf(address: string): string[] {
  const spelled = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = spelled.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [
    string[],
    string[],
  ];
  return [...before, ...Array<string>(GROUPS - before.length - after.length).fill('0'), ...after];
}

const dotted = (groups: readonly string[]) =>
  groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.');
