import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { BlockedAddressError, guardedLookup, type Resolve } from './connect-guard.ts';

const resolveTo =
  (...addresses: readonly string[]): Resolve =>
  (_, callback) =>
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

interface Found {
  readonly error: Error | null;
  readonly addresses: readonly string[];
}

function lookup(hostname: string, resolve: Resolve, allowPrivateNetwork = false, family = 0): Promise<Found> {
  return new Promise((done) => {
    guardedLookup(allowPrivateNetwork, resolve)(hostname, { all: true, family }, (error, found) => {
      done({ error, addresses: Array.isArray(found) ? found.map(({ address }) => address) : [] });
    });
  });
}

async function isBlocked(...asking: Parameters<typeof lookup>): Promise<boolean> {
  return (await lookup(...asking)).error instanceof BlockedAddressError;
}

const PUBLIC = [
  '93.184.216.34',
  '8.8.8.8',
  '2606:4700::1111',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '198.17.0.1',
  '11.0.0.1',
];
/** Forty spellings of places that are not of the public internet. */
const PRIVATE = [
  '127.0.0.1',
  '127.1.2.3',
  '127.255.255.255',
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '169.254.1.1',
  '100.64.0.1',
  '100.127.255.255',
  '192.0.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '0:0:0:0:0:0:0:1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::FFFF:10.0.0.1',
  '0:0:0:0:0:ffff:c0a8:1',
  '::127.0.0.1',
  '::7f00:1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::a00:1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::c0a8:1',
  'fe80::1%eth0',
];
const METADATA = [
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  '::a9fe:a9fe',
  'fd00:ec2::254',
  '169.254.170.2',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
];

test('public names may resolve to public addresses', async () => {
  for (const address of PUBLIC) assert.deepEqual(await lookup('api.vendor.test', resolveTo(address)), { error: null, addresses: [address] }, address);
});

test('a public name that resolves to a private address is refused, in forty spellings', async () => {
  assert.equal(PRIVATE.length, 40);
  for (const address of PRIVATE) assert.equal(await isBlocked('api.vendor.test', resolveTo(address)), true, address);
});

test('one private address among public ones is enough to refuse', async () => {
  assert.equal(await isBlocked('api.vendor.test', resolveTo('93.184.216.34', '10.0.0.1')), true);
  assert.equal(await isBlocked('api.vendor.test', resolveTo('2606:4700::1111', '::1')), true);
});

test('private addresses are allowed where the provider says so, metadata never', async () => {
  for (const address of PRIVATE) assert.equal(await isBlocked('models.corp.test', resolveTo(address), true), false, address);
  for (const address of METADATA) {
    assert.equal(await isBlocked('models.corp.test', resolveTo(address), true), true, address);
    assert.equal(await isBlocked('localhost', resolveTo(address)), true, address);
  }
});

test('a name that says it is on this machine or network may resolve to it', async () => {
  for (const name of ['localhost', 'LOCALHOST', 'localhost.', 'api.localhost', 'ollama', 'vllm'])
    assert.equal(await isBlocked(name, resolveTo('127.0.0.1')), false, name);
  for (const name of ['127.0.0.1.nip.io', 'localhost.evil.test', 'localhost.evil.test.', 'mylocalhost.test'])
    assert.equal(await isBlocked(name, resolveTo('127.0.0.1')), true, name);
});

test('the names of metadata services are refused before they are resolved', async () => {
  for (const name of ['metadata.google.internal', 'METADATA.google.internal.', 'instance-data', 'metadata.goog']) {
    assert.equal(await isBlocked(name, () => assert.fail('was resolved'), true), true, name);
  }
});

test('a name that changes its mind is caught each time it does', async () => {
  let turn = 0;
  const alternating: Resolve = (hostname, callback) => {
    turn += 1;
    resolveTo(turn % 2 === 0 ? '127.0.0.1' : '93.184.216.34')(hostname, callback);
  };
  for (let call = 1; call <= 200; call += 1) assert.equal(await isBlocked('rebind.test', alternating), call % 2 === 0, `call ${call}`);
});

test('only addresses of the wanted family are given', async () => {
  assert.deepEqual((await lookup('api.vendor.test', resolveTo('93.184.216.34', '2606:4700::1111'), false, 6)).addresses, ['2606:4700::1111']);
  const none = await lookup('api.vendor.test', resolveTo('93.184.216.34'), false, 6);
  assert.equal((none.error as NodeJS.ErrnoException).code, 'ENOTFOUND');
});

test('one address is given where one is asked for', async () => {
  const found = await new Promise((done) =>
    guardedLookup(false, resolveTo('93.184.216.34'))('api.vendor.test', {}, (error, address, family) => done([error, address, family])),
  );
  assert.deepEqual(found, [null, '93.184.216.34', 4]);
});

test('a name that cannot be resolved says so', async () => {
  const failure = Object.assign(new Error('no'), { code: 'ENOTFOUND' });
  assert.equal((await lookup('x.invalid', (_, callback) => callback(failure, []))).error, failure);
  assert.equal(((await lookup('x.invalid', resolveTo())).error as NodeJS.ErrnoException).code, 'ENOTFOUND');
});
