import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isMetadataHost, isPrivateHost } from '../../lib/network-address.ts';

/** A connection that was not made because the name led to an address that it must not lead to. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
  readonly code = 'ERR_BLOCKED_ADDRESS';
}

export type Resolve = (hostname: string, callback: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void) => void;

const systemResolve: Resolve = (hostname, callback) => systemLookup(hostname, { all: true, verbatim: true }, callback);

/**
 * A `lookup` that checks every address at the moment of connecting, so that a name which changes its mind (DNS rebinding) is caught.
 * A name that says it is private, or a provider that allows private networks, may resolve to private addresses; metadata addresses never.
 */
export function guardedLookup(allowPrivateNetwork: boolean, resolve: Resolve = systemResolve): LookupFunction {
  return (hostname, options, callback) => {
    if (isMetadataHost(hostname)) return callback(new BlockedAddressError('the name is that of a metadata service'), '', 0);
    resolve(hostname, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const mayBePrivate = allowPrivateNetwork || namesPrivateNetwork(hostname);
      for (const { address } of addresses) {
        const isMetadata = isMetadataHost(address);
        if (isMetadata || (!mayBePrivate && isPrivateHost(address))) {
          return callback(
            new BlockedAddressError(isMetadata ? 'the name resolves to a metadata service' : 'the name resolves to a private address'),
            '',
            0,
          );
        }
      }
      const family = typeof options.family === 'number' ? options.family : 0;
      const fitting = family === 4 || family === 6 ? addresses.filter((entry) => entry.family === family) : addresses;
      const first = fitting[0];
      if (first === undefined) return callback(Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' }), '', 0);
      if (options.all === true) return callback(null, [...fitting]);
      return callback(null, first.address, first.family);
    });
  };
}

/** True when the name itself says that it is on this machine or network, so that the operator meant it. */
function namesPrivateNetwork(hostname: string): boolean {
  return isPrivateHost(hostname) || !hostname.replace(/\.$/, '').includes('.');
}
