import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isPublicAddress } from './public-address.js';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** A connection that was not made because of where it would have led. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

export interface GuardOptions {
  /** `host:port` of places that may be private; an address of IPv6 without brackets. */
  readonly allowedPrivate: ReadonlySet<string>;
  readonly resolve?: Resolve;
  readonly isPublic?: (address: string) => boolean;
  readonly connectTimeoutMs: number;
}

const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * An undici Agent that looks at addresses when it connects: the ones that were looked at are the ones that are connected to,
 * so no second answer of a name server can come in between. It reads no proxy from the environment.
 */
export function guardedAgent(options: GuardOptions): Agent {
  const { allowedPrivate, resolve = systemResolve, isPublic = isPublicAddress, connectTimeoutMs } = options;
  const connectorFor = (isAllowed: (address: string) => boolean) =>
    buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(resolve, isAllowed) });
  const toPublic = connectorFor(isPublic);
  const toAny = connectorFor(() => true);
  return new Agent({
    connect: (place, callback) => {
      const hostname = withoutBrackets(place.hostname);
      const isFree = allowedPrivate.has(`${hostname}:${place.port || defaultPort(place.protocol)}`);
      // An address in the place of a name is never looked up, so it is looked at here.
      if (!isFree && isIP(hostname) !== 0 && !isPublic(hostname)) return callback(new AddressRefused(), null);
      (isFree ? toAny : toPublic)(place, callback);
    },
    pipelining: 1,
    connections: 16,
    maxHeaderSize: 16_384,
  });
}

export const withoutBrackets = (host: string) => host.replaceAll(/[[\]]/g, '');

const defaultPort = (protocol: string) => (protocol === 'https:' ? '443' : '80');

/** A name of which one address is not allowed is refused as a whole: somebody has pointed it there. */
function guardedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  /* oxlint-disable promise/no-callback-in-promise -- net.connect takes a callback */
  return (hostname, { all, family }, callback) => {
    resolve(hostname)
      .then((addresses) => {
        if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address))) throw new AddressRefused();
        const wanted = addresses.filter((one) => family === 0 || family === undefined || one.family === family);
        return wanted.length > 0 ? wanted : addresses;
      })
      .then(
        (addresses) =>
          all ? callback(null, addresses) : callback(null, addresses[0]?.address ?? '', addresses[0]?.family),
        (error: NodeJS.ErrnoException) => callback(error, all ? [] : '', 0),
      );
  };
  /* oxlint-enable promise/no-callback-in-promise */
}
