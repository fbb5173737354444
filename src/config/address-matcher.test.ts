import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchAddresses, problemOfAddressRange } from './address-matcher.ts';

test('an IPv4 client is matched in its own and its IPv6-mapped form', () => {
  const allows = matchAddresses(['10.0.0.0/8', '192.168.1.7']);
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '::ffff:a01:203', '192.168.1.7']) assert.equal(allows(address), true, address);
  for (const address of ['11.0.0.1', '::ffff:11.0.0.1', '192.168.1.8', '::1', 'not an address', '']) assert.equal(allows(address), false, address);
});

test('IPv6 ranges match, with or without a zone, and never an IPv4 client by accident', () => {
  const allows = matchAddresses(['2001:db8::/32', 'fe80::/10']);
  assert.equal(allows('2001:db8:1::1'), true);
  assert.equal(allows('fe80::1%eth0'), true);
  assert.equal(allows('2001:db9::1'), false);
  assert.equal(allows('10.0.0.1'), false);
});

test('a mapped range in the configuration means the IPv4 range', () => {
  assert.equal(matchAddresses(['::ffff:10.0.0.0/104'])('10.9.9.9'), true);
});

test('what is no range is told', () => {
  for (const range of ['10.0.0.0/33', '2001:db8::/129', '10.0.0/8', 'localhost', '10.0.0.0/8/8', '10.0.0.0/', '', '10.0.0.0/-1', 'fe80::1%eth0'])
    assert.notEqual(problemOfAddressRange(range), null, range);
  for (const range of ['0.0.0.0/0', '::/0', '10.0.0.5/8', '::1']) assert.equal(problemOfAddressRange(range), null, range);
});

test('ranges may be named', () => {
  const allows = matchAddresses(['loopback', 'linklocal', 'uniquelocal']);
  for (const address of [
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '::ffff:127.0.0.1',
    '169.254.1.1',
    'fe80::1%eth0',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.9.9',
    'fd00::1',
  ])
    assert.equal(allows(address), true, address);
  for (const address of ['128.0.0.1', '172.32.0.1', '192.169.0.1', '2001:db8::1', '8.8.8.8']) assert.equal(allows(address), false, address);
});
