import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { ControlWorld, GLOBAL_KEY, newMasterKey } from '../support/control-world.ts';
import { send } from '../support/http-client.ts';
import { quantile } from '../support/quantile.ts';
import { startTestDatabases } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const CHANGES = 1000;
const CLIENTS = 2;
const CALL_EVERY_MS = 10;
const BAR_MS = 1000;

/** The number of the change that this gateway goes by. */
async function changeInForce({ gateway }: ControlWorld): Promise<number> {
  const { text } = await send({ url: `${gateway.origin}/v1/models`, headers: { authorization: `Bearer ${GLOBAL_KEY}` } });
  return Number(/"change-(\d+)"/.exec(text)?.[1] ?? assert.fail(text));
}

for (const kind of ['sqlite', 'postgres', 'mysql'] as const) {
  test(
    `1,000 changes through the admin API under load fail no request, and none is in force later than a second (${kind})`,
    { timeout: 120_000 },
    async (t) => {
      const mock = await startMockUpstream();
      const env = { HEADGATE_MASTER_KEY: newMasterKey() };
      const database = kind === 'sqlite' ? undefined : await databases.create(kind);
      const options = { env, mock, ...(database === undefined ? {} : { database }) };
      const worlds = [await ControlWorld.start(options), ...(database === undefined ? [] : [await ControlWorld.start(options)])];
      const [first = assert.fail()] = worlds;
      try {
        assert.equal((await first.addProvider('vendor', ['m', 'change-0'])).status, 201);
        for (const world of worlds) await world.whenReady('the provider', ({ revision }) => revision === 1);
        const acknowledgedAt: number[] = [performance.now()];
        let isDone = false;
        const statuses: number[] = [];
        const client = async (world: ControlWorld): Promise<void> => {
          for (; !isDone; await pause(CALL_EVERY_MS)) statuses.push((await world.chat('m')).status);
        };
        const stale: number[] = [];
        /** How long ago the first change was acknowledged that is not in force yet. */
        const watch = async (world: ControlWorld): Promise<void> => {
          for (let inForce = 0; inForce < CHANGES; await pause(CALL_EVERY_MS)) {
            const askedAt = performance.now();
            inForce = await changeInForce(world);
            const next = acknowledgedAt[inForce + 1];
            if (next !== undefined) stale.push(Math.max(0, askedAt - next));
          }
        };
        const clients = worlds.flatMap((world) => Array.from({ length: CLIENTS }, () => client(world)));
        const watching = worlds.map(watch);
        for (let change = 1; change <= CHANGES; change += 1) {
          const reply = await first.admin.patch('/api/admin/providers/vendor', { models: ['m', `change-${change}`] });
          assert.equal(reply.status, 200, reply.text);
          acknowledgedAt[change] = performance.now();
        }
        const seconds = (performance.now() - (acknowledgedAt[0] ?? 0)) / 1000;
        await Promise.all(watching);
        isDone = true;
        await Promise.all(clients);
        const failed = statuses.filter((status) => status !== 200).length;
        const worst = Math.max(0, ...stale);
        t.diagnostic(
          `figure: ${kind}, ${worlds.length} gateways: ${CHANGES} changes in ${seconds.toFixed(1)} s: ${failed} of ${statuses.length} requests failed, stale for ${worst.toFixed(0)} ms at most, ${quantile(stale.length === 0 ? [0] : stale, 0.5).toFixed(0)} ms in the median`,
        );
        assert.equal(failed, 0);
        assert.ok(worst <= BAR_MS, `${worst} ms`);
      } finally {
        await Promise.all(worlds.map((world) => world.close()));
        await mock.close();
      }
    },
  );
}
