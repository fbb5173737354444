import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { ControlWorld, newMasterKey } from '../support/control-world.ts';
import type { DatabaseServer } from '../support/database-servers.ts';
import { startTestDatabases } from '../support/test-databases.ts';
import { waitFor } from '../support/wait-for.ts';

const databases = await startTestDatabases();

for (const server of Object.values(databases.servers)) describe(`a ${server.kind} that is away`, { concurrency: 1 }, () => describeAway(server));

function describeAway(server: DatabaseServer): void {
  test('refuses changes with 503 and a time, harms no request, and is taken up again with what others changed meanwhile', async () => {
    const database = await databases.createOn(server);
    const env = { HEADGATE_MASTER_KEY: newMasterKey() };
    const mock = await startMockUpstream();
    const world = await ControlWorld.start({ database, env, mock });
    let other: ControlWorld | null = null;
    try {
      assert.equal((await world.addProvider('vendor', ['m'])).status, 201);
      await server.stop();
      for (let index = 0; index < 20; index += 1) assert.equal((await world.chat('m')).status, 200);
      const refused = await world.addKey('vendor');
      assert.equal(refused.status, 503, refused.text);
      assert.match(String(refused.headers['retry-after']), /^\d+$/);
      const { error } = refused.json as { error: { code: string; message: string } };
      assert.equal(error.code, 'unavailable');
      assert.match(error.message, /^The database .* away.*\.$/);
      assert.equal((await world.admin.get('/api/admin/providers')).status, 200, 'what is in memory is shown');
      await world.whenReady('a word of the readiness', ({ config }) => config.includes('cannot be read from the database'));
      assert.equal((await world.chat('m')).status, 200);
      await server.start();
      other = await ControlWorld.start({ database, env, mock });
      assert.equal((await other.addProvider('meanwhile', ['n'])).status, 201);
      await world.whenReady('the change of the other gateway', ({ revision, config }) => revision === 2 && config === 'ok');
      assert.equal((await world.chat('n')).status, 200);
      const added = await waitFor('the administration', async () => {
        const reply = await world.addKey('vendor');
        return reply.status === 201 && reply;
      });
      assert.equal(added.json['revision'], 3);
      assert.doesNotMatch(world.gateway.stderr(), /defect/);
    } finally {
      if (server.pid === 0) await server.start();
      await Promise.all([world.close(), other?.close()]);
      await mock.close();
    }
  });

  test('keeps nobody from starting with the configuration that was kept last, nor a changed one from coming into force later', async () => {
    const database = await databases.createOn(server);
    const env = { HEADGATE_MASTER_KEY: newMasterKey() };
    const world = await ControlWorld.start({ database, env });
    try {
      assert.equal((await world.addProvider('vendor', ['m'])).status, 201);
      const copy = join(world.gateway.dataDir, 'config-copy.json');
      await waitFor('a copy', () => revisionOf(copy) === 1);
      assert.equal(statSync(copy).mode & 0o777, 0o600);
      await server.stop();
      await world.gateway.kill9();
      await world.gateway.restart();
      assert.equal((await world.chat('m')).status, 200);
      assert.match((await world.readiness()).config, /^The database with the configuration is away; revision 1 of .* is in force\.$/);
      const refused = await world.addKey('vendor');
      assert.equal(refused.status, 503);
      assert.ok(refused.headers['retry-after'] !== undefined);
      await server.start();
      await world.whenReady('the database', ({ config }) => config === 'ok');
      const added = await waitFor('the administration', async () => (await world.addKey('vendor')).status === 201);
      assert.ok(added);
      assert.equal((await world.chat('m')).status, 200);
    } finally {
      if (server.pid === 0) await server.start();
      await world.close();
    }
  });
}

test('a copy that is damaged, or that another master key sealed, is passed over with its reason', async () => {
  const server = databases.servers.postgres;
  const database = await databases.createOn(server);
  const world = await ControlWorld.start({ database });
  try {
    assert.equal((await world.addProvider('vendor', ['m'])).status, 201);
    const copy = join(world.gateway.dataDir, 'config-copy.json');
    const masterKey = join(world.gateway.dataDir, 'master.key');
    await waitFor('a copy', () => revisionOf(copy) === 1);
    const [goodCopy, goodKey] = [readFileSync(copy), readFileSync(masterKey)];
    await server.stop();
    const startWith = async (file: string, content: string | Buffer): Promise<string> => {
      writeFileSync(file, content);
      await world.gateway.restart();
      assert.equal((await world.chat('m')).status, 404, 'nothing is known of any model');
      return (await world.readiness()).config;
    };
    assert.match(await startWith(copy, goodCopy.subarray(0, 200)), /away, and the copy in .*config-copy\.json cannot be used: .*JSON/);
    assert.match(await startWith(copy, '{"version":9}'), /cannot be used: it is of another version/);
    assert.match(await startWith(copy, goodCopy.toString().replace('m\\"', 'm\\"'.repeat(2))), /cannot be used/);
    writeFileSync(copy, goodCopy);
    assert.match(await startWith(masterKey, newMasterKey()), /cannot be used: The master key .* does not open the stored secrets/);
    writeFileSync(masterKey, goodKey);
    chmodSync(masterKey, 0o600);
    await world.gateway.restart();
    assert.equal((await world.chat('m')).status, 200);
    await world.gateway.stop();
    assert.match(world.gateway.stderr(), /"level":"warn".*cannot be used/);
  } finally {
    await server.start();
    await world.close();
  }
});

test('a gateway that listens to PostgreSQL takes changes in after its connections were cut, and ends when it is told to', async () => {
  const server = databases.servers.postgres;
  const database = await databases.createOn(server);
  const env = { HEADGATE_MASTER_KEY: newMasterKey() };
  const mock = await startMockUpstream();
  const worlds = [await ControlWorld.start({ database, env, mock }), await ControlWorld.start({ database, env, mock })] as const;
  try {
    await server.stop();
    await server.start();
    assert.ok(await waitFor('the administration', async () => (await worlds[0].addProvider('vendor', ['m'])).status === 201));
    await worlds[1].whenReady('the change', ({ revision }) => revision === 1, 3000);
    const startedAt = performance.now();
    assert.equal(await worlds[1].gateway.stop(), 0);
    assert.ok(performance.now() - startedAt < 10_000);
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
    await mock.close();
  }
});

function revisionOf(copy: string): number | null {
  try {
    return (JSON.parse(readFileSync(copy, 'utf8')) as { revision: number }).revision;
  } catch {
    return null;
  }
}
