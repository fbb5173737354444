import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { ControlWorld, newMasterKey } from '../support/control-world.ts';
import { startTestDatabases } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const CONFIG = '/api/admin/config';
const YAML = { 'content-type': 'application/yaml' };
const MANY = 5000;

for (const kind of ['postgres', 'mysql'] as const) {
  test(`on ${kind}: five thousand virtual keys come in, a sealed export brings all back, and rollback takes it away`, async (t) => {
    const mock = await startMockUpstream();
    t.after(() => mock.close());
    const world = await ControlWorld.start({ database: await databases.create(kind), env: { HEADGATE_MASTER_KEY: newMasterKey() }, mock });
    t.after(() => world.close());
    assert.equal((await world.addProvider('vendor', ['m'])).status, 201);
    const keys = Array.from({ length: MANY }, (_, number) => ({ id: `key-${number}`, secret: `secret-of-many-${number}` }));
    const startedAt = performance.now();
    const imported = await world.admin.post(`${CONFIG}/import?mode=merge`, { virtualKeys: keys });
    t.diagnostic(`figure: ${MANY} virtual keys on ${kind} in ${(performance.now() - startedAt).toFixed(0)} ms`);
    assert.deepEqual([imported.status, imported.json['revision']], [200, 2], imported.text.slice(0, 500));
    assert.equal((await world.admin.get('/api/admin/virtual-keys/key-4999')).status, 200);
    const sealed = await world.admin.get(`${CONFIG}/export?secrets=sealed`);
    assert.equal((await world.admin.post(`${CONFIG}/rollback`, { revision: 0 })).status, 200);
    assert.equal((await world.chat('m')).status, 404);
    const back = await world.admin.post(`${CONFIG}/import`, sealed.text, YAML);
    assert.deepEqual([back.status, back.json['revision']], [200, 4], back.text.slice(0, 500));
    assert.equal((await world.chat('m')).status, 200);
    const plan = await world.admin.post(`${CONFIG}/plan-rollback`, { revision: 1 });
    assert.ok((plan.json['lines'] as string[]).some((line) => line.startsWith(`${MANY} virtual keys would be refused: `)));
  });
}
