import { BlockList, isIP } from 'node:net';

/** Ranges that are nobody's on the public internet (IANA IPv4 and IPv6 Special-Purpose Address Registries). */
const V4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the metadata of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
];

/** Of IPv6 only 2000::/3 is in use on the internet: what is in it, and yet not public or a way to an IPv4 address. */
const V6 = [
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
];

const parts = (range: string): [string, number] => {
  const [address = '', bits] = range.split('/');
  return [address, Number(bits)];
};

const refused = new BlockList();
for (const range of V4) refused.addSubnet(...parts(range), 'ipv4');
for (const range of V6) refused.addSubnet(...parts(range), 'ipv6');

const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an IP address belongs to somebody on the public internet. Loopback, private, link-local, unique-local, multicast,
 * carrier-grade NAT, IPv4-mapped, NAT64 and every other special address does not; nor does what is no address at all.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4');
    case 6:
      // ::1, fc00::/7, fe80::/10, ff00::/8, ::ffff:0:0/96 and 64:ff9b::/96 are all outside of 2000::/3.
      return !address.includes('%') && global.check(address, 'ipv6') && !refused.check(address, 'ipv6');
    default:
      return false;
  }
}
