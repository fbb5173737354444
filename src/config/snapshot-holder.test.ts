import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS } from './compile-settings.ts';
import { SnapshotHolder } from './snapshot-holder.ts';
import type { GatewaySnapshot } from './snapshot.ts';

function snapshot(revision: number): GatewaySnapshot {
  return {
    revision,
    source: 'test',
    providers: [],
    providersById: new Map(),
    offers: new Map(),
    openProviders: [],
    callers: new Map(),
    callerCount: 0,
    settings: DEFAULT_SETTINGS,
  };
}

test('a swap changes what is current and tells the listeners both', () => {
  const holder = new SnapshotHolder(snapshot(1));
  const pinned = holder.current;
  const heard: string[] = [];
  const stop = holder.subscribe((current, previous) => heard.push(`${previous.revision}→${current.revision}`));
  holder.swap(snapshot(2));
  stop();
  holder.swap(snapshot(3));
  assert.equal(pinned.revision, 1);
  assert.equal(holder.current.revision, 3);
  assert.deepEqual(heard, ['1→2']);
});
