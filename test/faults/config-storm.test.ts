import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';

const CHANGES = 1000;
const CHANGE_EVERY_MS = 5;
const CLIENTS = 4;
const CALL_EVERY_MS = 10;
const BAR_MS = 1000;

/** The model `m` is always there; the other one tells the number of the change. */
function providers(change: number): readonly ProviderPlan[] {
  return [{ id: 'vendor', models: ['m', `change-${change}`], keys: ['sk-vendor-12345', `sk-vendor-${change}-67890`] }];
}

test('1,000 changes of the configuration under load fail no request, and none is in force later than a second', async (t) => {
  const world = await MockedGateway.start({ providers: providers(0) });
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  try {
    const writtenAt: number[] = [performance.now()];
    let isDone = false;
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      for (; !isDone; await pause(CALL_EVERY_MS)) statuses.push((await world.chat('m', { agent })).status);
    };
    const stale: number[] = [];
    /** How old the first change is that is not in force yet. */
    const watch = async (): Promise<void> => {
      for (let inForce = 0; inForce < CHANGES;) {
        const askedAt = performance.now();
        const { text } = await world.send('/v1/models', { agent });
        inForce = Number(/"change-(\d+)"/.exec(text)?.[1] ?? assert.fail(text));
        const next = writtenAt[inForce + 1];
        if (next !== undefined) stale.push(askedAt - next);
        assert.ok(askedAt - (writtenAt[CHANGES] ?? Infinity) < BAR_MS * 5, 'the last change is in force at last');
        await pause(CALL_EVERY_MS);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    const watching = watch();
    for (let change = 1; change <= CHANGES; change += 1) {
      writtenAt.push(performance.now());
      world.gateway.writeConfig(world.config({ providers: providers(change) }));
      await pause(CHANGE_EVERY_MS);
    }
    await watching;
    isDone = true;
    await Promise.all(clients);
    const failed = statuses.filter((status) => status !== 200).length;
    t.diagnostic(
      `figure: ${CHANGES} changes of the file: ${failed} of ${statuses.length} requests failed, routing stale for ${Math.max(...stale).toFixed(0)} ms at most`,
    );
    assert.equal(failed, 0);
    assert.ok(Math.max(...stale) <= BAR_MS);
  } finally {
    agent.destroy();
    await world.close();
  }
});
