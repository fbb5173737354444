import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aKey, aModel, aProvider, aSnapshot } from '../../../test/support/snapshot-literals.ts';
import type { Target } from '../../config/snapshot.ts';
import type { Lease } from '../key-pool/lease.ts';
import { attemptLabels, exchangeLabels } from './exchange-labels.ts';
import type { Exchange } from './exchange.ts';

const KEY = aKey('k1');
const PROVIDER = aProvider('p', { models: [aModel('fast', 'big')], keys: [KEY] });
const TARGET = { provider: PROVIDER, model: aModel('fast', 'big') } as Target;
const CALLER = { id: 'v1', name: 'Team A' };

function anExchange(changes: object = {}, endpoint = '/v1/chat/completions', method = 'POST'): Exchange {
  return {
    snapshot: aSnapshot([PROVIDER]),
    caller: CALLER,
    target: TARGET,
    match: { protocol: 'openai-chat', endpoint },
    request: { method },
    facts: { publicModel: 'fast' },
    attempts: [{}],
    ...changes,
  } as unknown as Exchange;
}

const aLease = (target = TARGET): Lease => ({ target, key: KEY }) as Lease;

test('labels name what was called, by whom and who served', () => {
  assert.deepEqual(exchangeLabels(anExchange()), {
    protocol: 'openai-chat',
    publicModel: 'fast',
    upstreamModel: 'big',
    provider: 'p',
    caller: 'Team A',
    endpoint: '/v1/chat/completions',
    method: 'POST',
  });
  assert.deepEqual(attemptLabels(anExchange(), aLease()), {
    provider: 'p',
    keyId: 'k1',
    keyName: 'k1',
    model: 'big',
    path: '/v1/chat/completions',
    method: 'POST',
  });
});

test('the same labels are the same object, others are another', () => {
  assert.equal(exchangeLabels(anExchange()), exchangeLabels(anExchange()));
  assert.equal(attemptLabels(anExchange(), aLease()), attemptLabels(anExchange(), aLease()));
  const others = [{ caller: null }, { attempts: [] }, { facts: null }, { target: { provider: PROVIDER, model: null } }];
  const seen = new Set([exchangeLabels(anExchange())]);
  for (const changes of others) seen.add(exchangeLabels(anExchange(changes)));
  seen.add(exchangeLabels(anExchange({ match: { protocol: 'openai-responses', endpoint: '/v1/chat/completions' } })));
  seen.add(exchangeLabels(anExchange({}, '/v1/messages')));
  seen.add(exchangeLabels(anExchange({}, '/v1/chat/completions', 'PUT')));
  assert.equal(seen.size, others.length + 4);
});

test('labels stay right for a caller who uses more kinds of calls than are kept', () => {
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 40; index += 1) {
      assert.equal(exchangeLabels(anExchange({}, `/v1/${index}`)).endpoint, `/v1/${index}`);
      assert.equal(attemptLabels(anExchange({}, `/v1/${index}`), aLease()).path, `/v1/${index}`);
    }
  }
});

test('names that the configuration does not hold are other', () => {
  const made = { provider: PROVIDER, model: aModel('made up') } as Target;
  const labels = exchangeLabels(anExchange({ facts: { publicModel: 'made up' }, target: made, request: { method: 'BREW' } }));
  assert.deepEqual([labels.publicModel, labels.upstreamModel, labels.method], ['other', 'other', 'other']);
  assert.equal(attemptLabels(anExchange(), aLease(made)).model, 'other');
});
