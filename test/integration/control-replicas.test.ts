import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { ControlWorld, newMasterKey } from '../support/control-world.ts';
import { startTestDatabases } from '../support/test-databases.ts';
import { waitFor } from '../support/wait-for.ts';

const databases = await startTestDatabases();
const BAR_MS = 2000;
const CHANGES = 10;

for (const kind of ['postgres', 'mysql'] as const) {
  describe(`two gateways on one ${kind}`, () => {
    test('see each other’s changes within two seconds, with their secrets, and come to the same revision', async (t) => {
      const database = await databases.create(kind);
      const env = { HEADGATE_MASTER_KEY: newMasterKey() };
      const mock = await startMockUpstream();
      const worlds = [await ControlWorld.start({ database, env, mock }), await ControlWorld.start({ database, env, mock })] as const;
      try {
        const delays: number[] = [];
        for (let change = 0; change < CHANGES; change += 1) {
          const [here, there] = change % 2 === 0 ? worlds : [worlds[1], worlds[0]];
          const model = `m${change}`;
          const added = await here.addProvider(`vendor-${change}`, [model]);
          assert.equal(added.status, 201, added.text);
          const writtenAt = performance.now();
          assert.equal((await here.chat(model)).status, 200, 'in force at once where it was made');
          await waitFor('the change at the other one', async () => (await there.chat(model)).status === 200, { timeoutMs: 10_000 });
          delays.push(performance.now() - writtenAt);
        }
        const revisions = await Promise.all(worlds.map((world) => world.readiness()));
        assert.deepEqual(
          revisions.map(({ revision }) => revision),
          [CHANGES, CHANGES],
        );
        const lists = await Promise.all(worlds.map((world) => world.admin.get('/api/admin/providers?limit=100')));
        const [first, second] = lists.map(({ json }) =>
          (json['items'] as { id: string; revision: number }[]).map(({ id, revision }) => [id, revision]),
        );
        assert.deepEqual(first, second);
        assert.equal(first?.length, CHANGES);
        t.diagnostic(
          `figure: ${CHANGES} changes on ${kind}, in force at the other gateway after ${Math.max(...delays).toFixed(0)} ms at most (bar ${BAR_MS})`,
        );
        assert.ok(Math.max(...delays) <= BAR_MS, String(delays));
      } finally {
        await Promise.all(worlds.map((world) => world.close()));
        await mock.close();
      }
    });

    test('change the configuration at once without losing a change or a number', async () => {
      const database = await databases.create(kind);
      const env = { HEADGATE_MASTER_KEY: newMasterKey() };
      const mock = await startMockUpstream();
      const worlds = [await ControlWorld.start({ database, env, mock }), await ControlWorld.start({ database, env, mock })] as const;
      try {
        assert.equal((await worlds[0].addProvider('vendor', ['m'])).status, 201);
        await worlds[1].whenReady('the provider', ({ revision }) => revision === 1);
        const replies = await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? worlds[0] : worlds[1]).addKey('vendor')));
        assert.deepEqual(
          replies.map(({ status }) => status),
          replies.map(() => 201),
          replies.find(({ status }) => status !== 201)?.text ?? '',
        );
        for (const world of worlds) {
          await world.whenReady('the last change', ({ revision }) => revision === 41);
          const { json } = await world.admin.get('/api/admin/providers/vendor/keys?limit=100');
          const ids = (json['items'] as { id: string }[]).map(({ id }) => id);
          for (const reply of replies) assert.ok(ids.includes(String(reply.json['id'])), `${reply.text} is missing`);
          assert.equal(ids.length, 41);
        }
      } finally {
        await Promise.all(worlds.map((world) => world.close()));
        await mock.close();
      }
    });
  });
}
