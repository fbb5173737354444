import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import { blankKeyState } from '../../ports/blank-live-state.ts';
import type { PoolState } from '../../ports/live-state.ts';
import { MemoryLiveState } from './memory-live-state.ts';

const provider = (id: string): ProviderId => id as ProviderId;
const key = (id: string): ProviderKeyId => id as ProviderKeyId;

test('a pool is made on first use and stays the same', () => {
  const live = new MemoryLiveState();
  const pool = live.pool(provider('p'));
  assert.equal(live.pool(provider('p')), pool);
  assert.notEqual(live.pool(provider('q')), pool);
  assert.deepEqual(
    [...live.pools()].map((known) => known.provider),
    ['p', 'q'],
  );
});

test('whoever keeps the state is told of each change', () => {
  const touched: PoolState[] = [];
  const live = new MemoryLiveState((pool) => void touched.push(pool));
  live.touched(live.pool(provider('p')));
  assert.deepEqual(touched, [live.pool(provider('p'))]);
});

test('what the configuration no longer has is forgotten, what it still has is kept', () => {
  const live = new MemoryLiveState();
  for (const id of ['p', 'q']) for (const name of ['a', 'b']) live.pool(provider(id)).keys.set(key(name), blankKeyState(key(name)));
  const kept = live.pool(provider('p')).keys.get(key('a'));
  live.retain(new Map([[provider('p'), new Set([key('a')])]]));
  assert.deepEqual(
    [...live.pools()].map((pool) => pool.provider),
    ['p'],
  );
  assert.deepEqual([...live.pool(provider('p')).keys.values()], [kept]);
});
