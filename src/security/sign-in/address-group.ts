import { isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(?<ipv4>\d+\.\d+\.\d+\.\d+)$/u;

/** What counts as one place to sign in from: an IPv4 address, and of IPv6 the first 64 bits, which one customer has to himself. */
export function addressGroup(address: string): string {
  const bare = (address.split('%', 1)[0] ?? '').toLowerCase();
  const mapped = MAPPED.exec(bare)?.groups?.['ipv4'];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return bare;
  const [left = '', right] = bare.split('::', 2);
  const leftParts = left === '' ? [] : left.split(':');
  const rightParts = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? 0 : Math.max(0, 8 - leftParts.length - rightParts.length);
  const parts = [...leftParts, ...Array.from({ length: zeros }, () => '0'), ...rightParts];
  return `${parts
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`;
}
