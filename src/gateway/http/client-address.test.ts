import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incomingRequest } from '../../../test/support/incoming-request.ts';
import { clientAddress, type TrustProxy } from './client-address.ts';

function addressOf(trust: TrustProxy, forwarded?: string): string {
  return clientAddress(incomingRequest(forwarded === undefined ? [] : [['x-forwarded-for', forwarded]], '10.0.0.9'), trust);
}

test('without trust the peer is the client, whatever a header says', () => {
  for (const trust of [false, 0] as const) assert.equal(addressOf(trust, '1.1.1.1'), '10.0.0.9');
  for (const trust of [true, 1, (): boolean => true]) assert.equal(addressOf(trust), '10.0.0.9');
});

test('one trusted proxy vouches for the last entry only: what a client wrote before it does not count', () => {
  assert.equal(addressOf(1, '9.9.9.9, 1.1.1.1'), '1.1.1.1');
  assert.equal(addressOf(2, '9.9.9.9, 1.1.1.1'), '9.9.9.9');
  assert.equal(addressOf(5, '9.9.9.9, 1.1.1.1'), '9.9.9.9');
});

test('trusted addresses are passed over from the near end until one is not trusted', () => {
  const trusted: TrustProxy = (address) => address.startsWith('10.');
  assert.equal(addressOf(trusted, '9.9.9.9, 1.1.1.1, 10.0.0.2'), '1.1.1.1');
  assert.equal(
    addressOf((address) => address === '10.0.0.9', '9.9.9.9, 1.1.1.1'),
    '1.1.1.1',
  );
  assert.equal(
    addressOf((address) => address === '10.0.0.1', '9.9.9.9'),
    '10.0.0.9',
    'a peer that is not trusted is the client',
  );
  assert.equal(addressOf(trusted, '10.0.0.3, 10.0.0.2'), '10.0.0.3');
});

test('believing everybody takes the far end', () => {
  assert.equal(addressOf(true, '9.9.9.9, 1.1.1.1'), '9.9.9.9');
});
