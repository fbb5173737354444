import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { ControlWorld, newMasterKey } from '../support/control-world.ts';
import { DATABASE_KINDS, startTestDatabases } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const WRITES = 200;
const WRITERS = 4;
/** After so many acknowledged writes the process is killed, in the middle of others. */
const KILLS = [17, 60, 111, 163];

test('kill -9 during 200 admin writes loses no acknowledged one (SQLite)', async (t) => {
  const world = await ControlWorld.start();
  try {
    assert.equal((await world.addProvider('vendor', ['m'])).status, 201);
    const outcome = await writeAndKill(world, [world]);
    await assertKept([world], outcome.acknowledged);
    t.diagnostic(`figure: sqlite: ${outcome.acknowledged.length} acknowledged writes, ${KILLS.length} kills, ${outcome.cut} writes cut off: 0 lost`);
  } finally {
    await world.close();
  }
});

for (const kind of DATABASE_KINDS.filter((one) => one !== 'sqlite')) {
  test(`kill -9 of one of two gateways during 200 admin writes loses no acknowledged one (${kind})`, async (t) => {
    const database = await databases.create(kind);
    const env = { HEADGATE_MASTER_KEY: newMasterKey() };
    const mock = await startMockUpstream();
    const worlds = [await ControlWorld.start({ database, env, mock }), await ControlWorld.start({ database, env, mock })] as const;
    try {
      assert.equal((await worlds[0].addProvider('vendor', ['m'])).status, 201);
      await worlds[1].whenReady('the provider', ({ revision }) => revision === 1);
      const outcome = await writeAndKill(worlds[0], worlds);
      await assertKept(worlds, outcome.acknowledged);
      const figures = `${outcome.acknowledged.length} acknowledged writes, ${KILLS.length} kills, ${outcome.cut} writes cut off`;
      t.diagnostic(`figure: ${kind}: ${figures}: 0 lost, both gateways the same`);
    } finally {
      await Promise.all(worlds.map((world) => world.close()));
      await mock.close();
    }
  });
}

interface Outcome {
  /** Ids of keys whose writing was answered with 201. */
  readonly acknowledged: readonly string[];
  readonly cut: number;
}

/** Adds keys through all of the worlds, and kills one of them again and again. */
async function writeAndKill(victim: ControlWorld, worlds: readonly ControlWorld[]): Promise<Outcome> {
  const acknowledged: string[] = [];
  const kills = [...KILLS];
  let cut = 0;
  let restart: Promise<void> = Promise.resolve();
  const write = async (world: ControlWorld): Promise<void> => {
    while (acknowledged.length < WRITES) {
      if (world === victim) await restart;
      try {
        const reply = await world.addKey('vendor');
        // It listens before its database is open.
        if (world === victim && reply.status === 503) continue;
        assert.equal(reply.status, 201, reply.text);
        acknowledged.push(String(reply.json['id']));
      } catch (error) {
        if (error instanceof assert.AssertionError || world !== victim) throw error;
        cut += 1;
        // The others' connections break in the same moment.
        await restart;
      }
      if (acknowledged.length < (kills[0] ?? Infinity)) continue;
      kills.shift();
      restart = restart.then(async () => {
        await victim.gateway.kill9();
        await victim.gateway.restart();
      });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, index) => write(worlds[index % worlds.length] ?? victim)));
  await restart;
  assert.equal(kills.length, 0);
  assert.ok(cut > 0, 'the kills came in the middle of writes');
  return { acknowledged, cut };
}

/** Every acknowledged key is there, with its row, its revision and its audit entry; all gateways show the same. */
async function assertKept(worlds: readonly ControlWorld[], acknowledged: readonly string[]): Promise<void> {
  const [first] = worlds;
  const { revision } = (await first?.readiness()) ?? { revision: 0 };
  const lists: string[][] = [];
  for (const world of worlds) {
    await world.whenReady('the same revision', (ready) => ready.revision >= revision && ready.config === 'ok');
    const { json } = await world.admin.get('/api/admin/providers/vendor/keys?limit=500');
    const ids = (json['items'] as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(
      acknowledged.filter((id) => !ids.includes(id)),
      [],
    );
    assert.ok(ids.length >= acknowledged.length);
    assert.equal((await world.chat('m')).status, 200);
    lists.push(ids.toSorted());
  }
  for (const list of lists) assert.deepEqual(list, lists[0]);
}
