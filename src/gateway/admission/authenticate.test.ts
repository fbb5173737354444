import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aSnapshot, someSettings } from '../../../test/support/snapshot-literals.ts';
import type { CompiledCaller, GatewaySnapshot } from '../../config/snapshot.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { VirtualKeyHash, VirtualKeyId } from '../../domain/ids.ts';
import { authenticate, type Caller } from './authenticate.ts';

const NOW = 1_000_000;
const hash = (secret: string): VirtualKeyHash => `hash of ${secret}` as VirtualKeyHash;

function aCaller(id: string, changes: Partial<CompiledCaller> = {}): CompiledCaller {
  return {
    id: id as VirtualKeyId,
    name: id,
    enabled: true,
    allowsModel: null,
    providers: null,
    limits: null,
    expiresAtMs: null,
    allowsAddress: null,
    share: 1,
    ...changes,
  };
}

function snapshotOf(allowAnonymous: boolean, ...callers: readonly CompiledCaller[]): GatewaySnapshot {
  return aSnapshot([], {
    callers: new Map(callers.map((caller) => [hash(`secret-${caller.id}`), caller])),
    settings: someSettings({ allowAnonymous }),
  });
}

const CALLERS = [
  aCaller('good'),
  aCaller('off', { enabled: false }),
  aCaller('old', { expiresAtMs: NOW }),
  aCaller('young', { expiresAtMs: NOW + 1 }),
  aCaller('inside', { allowsAddress: (address) => address === '10.0.0.1' }),
];

function ask(credential: string | null, { anonymous = false, address = '10.0.0.1' } = {}): Caller {
  return authenticate(snapshotOf(anonymous, ...CALLERS), { credential, address, nowMs: NOW }, hash);
}

function refusal(...asking: Parameters<typeof ask>): string {
  try {
    ask(...asking);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return `${error.status} ${error.code}`;
  }
  return assert.fail('was let in');
}

test('a known secret is its caller', () => {
  assert.equal(ask('secret-good')?.id, 'good');
  assert.equal(ask('secret-young')?.id, 'young');
});

test('no credential and a wrong one are 401, told apart', () => {
  assert.equal(refusal(null), '401 missing_api_key');
  for (const wrong of ['secret', '', 'hash of secret-good', 'SECRET-GOOD', 'secret-good '])
    assert.equal(refusal(wrong), '401 invalid_api_key', wrong);
});

test('nothing configured is never open', () => {
  assert.throws(() => authenticate(snapshotOf(false), { credential: null, address: '', nowMs: NOW }, hash), { code: 'missing_api_key' });
});

test('a disabled key and an expired one are 403, also where anonymous callers are allowed', () => {
  for (const anonymous of [false, true]) {
    assert.equal(refusal('secret-off', { anonymous }), '403 key_disabled');
    assert.equal(refusal('secret-old', { anonymous }), '403 key_expired');
  }
});

test('a key is good only from its addresses', () => {
  assert.equal(ask('secret-inside')?.id, 'inside');
  assert.equal(refusal('secret-inside', { address: '10.0.0.2' }), '403 address_not_allowed');
});

test('where anonymous callers are allowed, an unknown credential is anonymous and a known one its caller', () => {
  for (const credential of [null, '', 'sk-somebody-else']) assert.equal(ask(credential, { anonymous: true }), null);
  assert.equal(ask('secret-good', { anonymous: true })?.id, 'good');
});

test('refusals do not repeat the secret', () => {
  for (const credential of ['secret-off', 'secret-old', 'secret-unknown']) {
    assert.throws(
      () => ask(credential),
      (error: Error) => !error.message.includes(credential),
    );
  }
});
