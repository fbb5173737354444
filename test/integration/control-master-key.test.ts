import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { withStoredConfig } from '../../src/app/configuration/with-stored-config.ts';
import { readBootstrap } from '../../src/config/bootstrap.ts';
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { readSealedText } from '../../src/security/sealing/sealed-text.ts';
import { ControlWorld, newMasterKey, newSecret } from '../support/control-world.ts';
import { runHeadgate, type HeadgateRun } from '../support/run-headgate.ts';
import { runMany } from '../support/run-many.ts';
import { DATABASE_KINDS, startTestDatabases, urlOf, withDatabase } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const KILLER = fileURLToPath(new URL('../support/kill-at-write.ts', import.meta.url));
const SEALED = /sealed:v1:[0-9a-f]+:[\w-]+/g;

/** Every sealed text of the configuration, its history and the accounts, by the data key that sealed it. */
async function dataKeysInUse(database: DatabaseConfig): Promise<ReadonlySet<string>> {
  return withDatabase(database, async ({ db }) => {
    const texts = [
      ...(await db.selectFrom('config_entities').select('body').execute()).map(({ body }) => body),
      ...(await db.selectFrom('config_changes').select(['body_before', 'body_after']).execute()).flatMap((row) => [row.body_before, row.body_after]),
      ...(await db.selectFrom('users').select('totp_secret').execute()).map((row) => row.totp_secret),
    ];
    const sealed = texts.flatMap((text) => [...(text ?? '').matchAll(SEALED)].map(([found]) => found));
    return new Set(sealed.map((text) => readSealedText('sealed', text)?.keyId ?? 'none'));
  });
}

/** Ids of the master keys that the stored data keys need. */
async function masterKeysInUse(database: DatabaseConfig): Promise<readonly string[]> {
  const rows = await withDatabase(database, ({ db }) => db.selectFrom('data_keys').select('sealed').execute());
  return [...new Set(rows.map(({ sealed }) => readSealedText('datakey', sealed)?.keyId ?? 'none'))];
}

describe('rotate-master-key', { concurrency: 1 }, () => {
  for (const kind of DATABASE_KINDS)
    test(`new master and data keys under load fail no request, and leave nothing under the old ones (${kind})`, (t) => rotateUnderLoad(t, kind));

  test('a gateway that runs takes the new key from its file when it needs a new data key', async () => {
    const world = await ControlWorld.start();
    const database = sqliteOf(world.gateway.dataDir);
    try {
      await world.addProvider('vendor', ['m']);
      await world.gateway.restart();
      const run = await runHeadgate(['rotate-master-key'], { env: { DATA_DIR: world.gateway.dataDir } });
      assert.equal(run.code, 0, run.stderr);
      await useUpDataKeys(database);
      const added = await world.addKey('vendor');
      assert.equal(added.status, 201, added.text);
      assert.equal((await withDatabase(database, ({ db }) => db.selectFrom('data_keys').select('id').execute())).length, 2);
      assert.equal((await masterKeysInUse(database)).length, 1);
      await world.gateway.restart();
      assert.equal((await world.chat('m')).status, 200);
      assert.equal((await world.readiness()).config, 'ok');
    } finally {
      await world.close();
    }
  });

  test('a gateway whose key is a variable serves on, refuses what needs the new one with a sentence, and starts with the new one only', async () => {
    const [oldKey, newKey] = [newMasterKey(), newMasterKey()];
    const world = await ControlWorld.start({ env: { HEADGATE_MASTER_KEY: oldKey } });
    const { dataDir } = world.gateway;
    const env = { DATA_DIR: dataDir, HEADGATE_MASTER_KEY: oldKey };
    try {
      await world.addProvider('vendor', ['m']);
      await world.gateway.restart();
      assert.match((await runHeadgate(['rotate-master-key'], { env })).stderr, /^The master key comes from HEADGATE_MASTER_KEY: give the new one/);
      const same = await runHeadgate(['rotate-master-key'], { env: { ...env, HEADGATE_NEW_MASTER_KEY: oldKey } });
      assert.equal(same.code, 1);
      assert.match(same.stderr, /^The new master key is the one in force/);
      const keyFile = join(dataDir, 'new.key');
      writeFileSync(keyFile, `${newKey}\n`, { mode: 0o600 });
      const run = await runHeadgate(['rotate-master-key', '--new-key-file', keyFile], { env });
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stdout, /restart each/);
      assert.equal((await world.addKey('vendor')).status, 201, 'the open data key goes on sealing');
      await useUpDataKeys(sqliteOf(dataDir));
      await world.gateway.restart().then(
        () => assert.fail('a start with the old key'),
        (error: Error) => assert.match(error.message, /The master key \w+ from HEADGATE_MASTER_KEY does not open the stored secrets/),
      );
      const again = await ControlWorld.start({ dataDir, env: { HEADGATE_MASTER_KEY: newKey }, mock: world.mock });
      try {
        assert.equal((await again.chat('m')).status, 200);
        assert.equal((await again.addKey('vendor')).status, 201);
      } finally {
        await again.close();
      }
    } finally {
      await world.close();
    }
  });

  test('a change that needs a new data key, in a gateway that has the old key as a variable, is refused with 503', async () => {
    const [oldKey, newKey] = [newMasterKey(), newMasterKey()];
    const world = await ControlWorld.start({ env: { HEADGATE_MASTER_KEY: oldKey } });
    try {
      await world.addProvider('vendor', ['m']);
      await world.gateway.restart();
      const env = { DATA_DIR: world.gateway.dataDir, HEADGATE_MASTER_KEY: oldKey, HEADGATE_NEW_MASTER_KEY: newKey };
      assert.equal((await runHeadgate(['rotate-master-key'], { env })).code, 0);
      await useUpDataKeys(sqliteOf(world.gateway.dataDir));
      const refused = await world.addKey('vendor');
      assert.equal(refused.status, 503, refused.text);
      assert.match(refused.text, /The master key \w+ from HEADGATE_MASTER_KEY does not open the stored secrets/);
      assert.ok(refused.headers['retry-after'] !== undefined);
      assert.equal((await world.chat('m')).status, 200);
      await world.gateway.stop();
      assert.match(world.gateway.stderr(), /"level":"error".*The master key \w+ from HEADGATE_MASTER_KEY does not open/);
    } finally {
      await world.close();
    }
  });

  describe('killed before any of its writes', () => describeKills());
});

async function rotateUnderLoad(t: { diagnostic(text: string): void }, kind: (typeof DATABASE_KINDS)[number]): Promise<void> {
  const server = kind === 'sqlite' ? undefined : await databases.create(kind);
  const world = await ControlWorld.start(server === undefined ? {} : { database: server });
  const { dataDir } = world.gateway;
  const database = server ?? sqliteOf(dataDir);
  const env = { DATA_DIR: dataDir, ...(server === undefined ? {} : { DATABASE_URL: urlOf(server) }) };
  try {
    await world.addProvider('vendor', ['m'], { headers: { 'x-team': newSecret() } });
    for (let count = 0; count < 20; count += 1) await world.addKey('vendor');
    const before = { dataKeys: await dataKeysInUse(database), masterKeys: await masterKeysInUse(database) };
    let isDone = false;
    const statuses: number[] = [];
    const load = async (request: () => Promise<{ status: number }>): Promise<void> => {
      for (; !isDone; await pause(10)) statuses.push((await request()).status);
    };
    const loads = [load(() => world.chat('m')), load(() => world.chat('m')), load(() => world.addKey('vendor'))];
    const runs: HeadgateRun[] = [];
    for (let round = 0; round < 2; round += 1) runs.push(await runHeadgate(['rotate-master-key', '--reseal'], { env }));
    isDone = true;
    await Promise.all(loads);
    for (const run of runs) assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(
      statuses.filter((status) => status !== 200 && status !== 201),
      [],
    );
    const after = { dataKeys: await dataKeysInUse(database), masterKeys: await masterKeysInUse(database) };
    assert.equal(after.dataKeys.size, 1, [...after.dataKeys].join());
    assert.equal(after.masterKeys.length, 1);
    for (const id of before.dataKeys) assert.equal(after.dataKeys.has(id), false);
    assert.notEqual(after.masterKeys[0], before.masterKeys[0]);
    t.diagnostic(`figure: ${kind}: two rotations with reseal: 0 of ${statuses.length} requests failed, 0 texts under an older data key`);
    await world.gateway.kill9();
    await world.gateway.restart();
    assert.equal((await world.chat('m')).status, 200);
    assert.equal((await world.readiness()).config, 'ok');
  } finally {
    await world.close();
  }
}

function describeKills(): void {
  const secret = newSecret();
  const newKey = newMasterKey();
  const oldKey = newMasterKey();
  let home: string;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'headgate-rotation-'));
    for (const [name, env] of [
      ['file', {}],
      ['variable', { HEADGATE_MASTER_KEY: oldKey }],
    ] as const)
      await withStoredConfig(startOf(join(home, name), env), async ({ config }) => {
        const reason = {
          actor: { kind: 'machine', id: 'machine', name: 'test', role: 'admin' },
          address: '',
          requestId: '',
          summary: '',
          action: 'test',
        } as const;
        await config.change(reason, (draft) => {
          draft.create('provider', 'p', { id: 'p', preset: 'openai' });
          draft.create('provider-key', 'p/k', { id: 'k', secret });
        });
      });
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  /** Runs the command on a copy of the data until it gets through, and looks after each death whether a start would find its key. */
  const killEach = async (
    name: string,
    args: readonly string[],
    most: number,
    env: Readonly<Record<string, string>>,
    starts: readonly Readonly<Record<string, string>>[],
  ): Promise<number> => {
    let kills = 0;
    await runMany(most, 4, async (index) => {
      const write = index + 1;
      const dataDir = join(home, `${name}-${args.length}-${write}`);
      cpSync(join(home, name), dataDir, { recursive: true });
      const run = await runHeadgate(args, { env: { DATA_DIR: dataDir, KILL_AT_WRITE: String(write), ...env }, nodeFlags: ['--import', KILLER] });
      if (run.signal === 'SIGKILL') kills += 1;
      else assert.equal(run.code, 0, run.stderr);
      const opened: number[] = [];
      for (const [which, start] of starts.entries()) if ((await secretWith(dataDir, start)) === secret) opened.push(which);
      assert.equal(opened.length, 1, `${opened.length} keys open what a death before write ${write} left`);
      if (name !== 'file' || write % 4 !== 0) return;
      assert.equal((await runHeadgate(['rotate-master-key'], { env: { DATA_DIR: dataDir } })).code, 0, 'the command can be run again');
      assert.equal(existsSync(join(dataDir, 'master.key.next')), false);
      assert.equal(await secretWith(dataDir, {}), secret);
    });
    return kills;
  };

  test('the next start finds the key in its files', async (t) => {
    const kills = await killEach('file', ['rotate-master-key'], 13, {}, [{}]);
    t.diagnostic(`figure: killed before each of ${kills} writes: every start found its key`);
    assert.ok(kills >= 8 && kills < 13, String(kills));
  });

  test('the next start works with either the old or the new variable, and with one of them only', async (t) => {
    const kills = await killEach('variable', ['rotate-master-key'], 9, { HEADGATE_MASTER_KEY: oldKey, HEADGATE_NEW_MASTER_KEY: newKey }, [
      { HEADGATE_MASTER_KEY: oldKey },
      { HEADGATE_MASTER_KEY: newKey },
    ]);
    t.diagnostic(`figure: killed before each of ${kills} writes: exactly one key opens the rest`);
    assert.ok(kills >= 5 && kills < 9, String(kills));
  });

  test('also while the secrets are sealed anew', async (t) => {
    const kills = await killEach('file', ['rotate-master-key', '--reseal'], 14, {}, [{}]);
    t.diagnostic(`figure: killed before each of the first ${kills} writes of a reseal: every start found its key`);
    assert.equal(kills, 14);
  });
}

type Start = Parameters<typeof withStoredConfig>[0];

function startOf(dataDir: string, env: Readonly<Record<string, string>>): Start {
  const environment = { DATA_DIR: dataDir, ...env };
  return { bootstrap: readBootstrap(environment, { workingDirectory: '/nowhere' }), environment };
}

/** The provider's secret as a start with this environment reads it; null when the start is refused. */
function secretWith(dataDir: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  return withStoredConfig(startOf(dataDir, env), ({ config }) => Promise.resolve(config.view().find('provider-key', 'p/k')?.body['secret'])).catch(
    (error: Error) => {
      assert.match(error.message, /does not open the stored secrets/);
      return null;
    },
  );
}

function sqliteOf(dataDir: string): DatabaseConfig {
  return { kind: 'sqlite', path: join(dataDir, 'headgate.db') };
}

/** As if they had sealed as much as they may. */
async function useUpDataKeys(database: DatabaseConfig): Promise<void> {
  await withDatabase(database, ({ db }) =>
    db
      .updateTable('data_keys')
      .set({ seals: 2 ** 33 })
      .execute(),
  );
}
