import { BlockList, isIP, isIPv4 } from 'node:net';
import { NAMED_RANGES } from './named-ranges.ts';

export type AddressMatcher = (address: string) => boolean;

/** What is wrong with an address or CIDR range as the end of a sentence; null when it can be used. */
export function problemOfAddressRange(range: string): string | null {
  return parseRange(range) === null ? 'must be an address or a CIDR range, as 10.0.0.0/8 or 2001:db8::/32' : null;
}

/** Tests client addresses against ranges and names of ranges. An IPv4 address and its IPv6-mapped form are the same client. */
export function matchAddresses(ranges: readonly string[]): AddressMatcher {
  const list = new BlockList();
  for (const range of ranges.flatMap((name) => NAMED_RANGES.get(name) ?? [name])) {
    const parsed = parseRange(range);
    if (parsed === null) throw new TypeError('An address range was compiled before it was checked.');
    list.addSubnet(parsed.address, parsed.prefix, parsed.family);
  }
  return (address) => {
    const bare = address.split('%', 1)[0] ?? '';
    const version = isIP(bare);
    if (version === 0) return false;
    return list.check(bare, version === 4 ? 'ipv4' : 'ipv6') || (version === 4 && list.check(`::ffff:${bare}`, 'ipv6'));
  };
}

function parseRange(range: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', prefix, ...rest] = range.trim().split('/');
  if (rest.length > 0 || isIP(address) === 0 || address.includes('%')) return null;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const longest = family === 'ipv4' ? 32 : 128;
  if (prefix === undefined) return { address, prefix: longest, family };
  if (!/^\d{1,3}$/u.test(prefix) || Number(prefix) > longest) return null;
  return { address, prefix: Number(prefix), family };
}
