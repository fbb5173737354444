import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProvider, aSnapshot } from '../../test/support/snapshot-literals.ts';
import type { ProviderId, VirtualKeyHash, VirtualKeyId } from '../domain/ids.ts';
import { findLosses } from './config-losses.ts';
import { matchModels } from './model-matcher.ts';
import type { CompiledCaller, CompiledProvider, GatewaySnapshot } from './snapshot.ts';

function aCaller(id: string, changes: Partial<CompiledCaller> & { readonly models?: readonly string[] } = {}): CompiledCaller {
  const { models, ...rest } = changes;
  return {
    id: id as VirtualKeyId,
    name: id,
    enabled: true,
    allowsModel: models === undefined ? null : matchModels(models),
    providers: null,
    limits: null,
    expiresAtMs: null,
    allowsAddress: null,
    share: 1,
    ...rest,
  };
}

function world(providers: readonly CompiledProvider[], callers: readonly CompiledCaller[]): GatewaySnapshot {
  return aSnapshot(providers, { callers: new Map(callers.map((caller) => [`hash-of-${caller.id}` as VirtualKeyHash, caller])) });
}

const OPENAI = aProvider('openai', { models: ['gpt', 'mini'] });
const RELAY = aProvider('relay', { models: ['mini'] });

test('a model that nobody lists any more is lost by all who could ask for it', () => {
  const callers = [aCaller('a'), aCaller('b', { models: ['gpt*'] }), aCaller('c', { models: ['mini'] })];
  const { models, refused } = findLosses(world([OPENAI, RELAY], callers), world([RELAY], callers));
  assert.deepEqual([...models], [['gpt', ['a', 'b']]]);
  assert.deepEqual(refused, []);
});

test('a model that another provider still lists is lost only by keys that may not use that one', () => {
  const callers = [aCaller('a'), aCaller('b', { providers: new Set(['openai'] as ProviderId[]) })];
  assert.deepEqual([...findLosses(world([OPENAI, RELAY], callers), world([RELAY], callers)).models].at(-1), ['mini', ['b']]);
});

test('a key that is removed or disabled is refused; one that was disabled before loses nothing', () => {
  const before = world([OPENAI], [aCaller('a'), aCaller('b'), aCaller('off', { enabled: false })]);
  const after = world([OPENAI], [aCaller('b', { enabled: false })]);
  assert.deepEqual(findLosses(before, after).refused, ['a', 'b']);
});

test('a narrower list of models is a loss, a wider one is none', () => {
  const wide = world([OPENAI], [aCaller('a')]);
  const narrow = world([OPENAI], [aCaller('a', { models: ['mini'] })]);
  assert.deepEqual([...findLosses(wide, narrow).models], [['gpt', ['a']]]);
  assert.equal(findLosses(narrow, wide).models.size, 0);
});

test('a provider that accepted any model is told by its name', () => {
  const open = aProvider('open', { acceptsAnyModel: true });
  assert.deepEqual([...findLosses(world([open], [aCaller('a')]), world([], [aCaller('a')])).anyModel], [['open', ['a']]]);
});
