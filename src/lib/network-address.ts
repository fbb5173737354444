import { BlockList, isIP, isIPv6 } from 'node:net';

/** Doors of cloud machines behind which their credentials lie: AWS, GCP, Azure, Alibaba, Oracle, and the container forms. */
const METADATA_ADDRESSES = ['169.254.169.254', '169.254.170.2', '169.254.170.23', '168.63.129.16', '100.100.100.200', '192.0.0.192'];
const METADATA_ADDRESSES_V6 = ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254'];
const METADATA_NAMES = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data', 'instance-data.ec2.internal']);

const LOOPBACK = blockListOf(['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128']);
const PRIVATE = blockListOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);
const METADATA = blockListOf([...METADATA_ADDRESSES.map((address) => `${address}/32`), ...METADATA_ADDRESSES_V6.map((address) => `${address}/128`)]);

/** IPv6 forms that carry an IPv4 address in their last 32 bits: mapped, compatible, NAT64. */
const EMBEDDING = blockListOf(['::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '::/96']);

/** True for addresses and names of cloud metadata services, in every spelling of the address. */
export function isMetadataHost(host: string): boolean {
  const bare = bareHost(host);
  return METADATA_NAMES.has(bare) || matches(METADATA, bare);
}

/** True for addresses that are not of the public internet, loopback and metadata included. False for names, except `localhost`. */
export function isPrivateHost(host: string): boolean {
  const bare = bareHost(host);
  return isLoopbackHost(bare) || matches(PRIVATE, bare) || matches(METADATA, bare);
}

export function isLoopbackHost(host: string): boolean {
  const bare = bareHost(host);
  return bare === 'localhost' || bare.endsWith('.localhost') || matches(LOOPBACK, bare);
}

/** `[::1]` → `::1`, `FE80::1%eth0` → `fe80::1`, `localhost.` → `localhost`. */
function bareHost(host: string): string {
  const open = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return (open.split('%', 1)[0] ?? '').toLowerCase().replace(/\.$/u, '');
}

function matches(list: BlockList, address: string): boolean {
  if (isIP(address) === 0) return false;
  if (!isIPv6(address)) return list.check(address, 'ipv4');
  if (list.check(address, 'ipv6')) return true;
  const embedded = embeddedIpv4(address);
  return embedded !== null && list.check(embedded, 'ipv4');
}

function embeddedIpv4(address: string): string | null {
  if (!EMBEDDING.check(address, 'ipv6')) return null;
  // The URL parser writes every IPv6 address in hex groups, whatever its spelling was.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':');
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group === '' ? '0' : group, 16));
  if (high === undefined || low === undefined) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function blockListOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', prefix = ''] = subnet.split('/');
    list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}
