import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { totpCode } from '../../src/security/second-factor/totp.ts';
import { AdminClient, type AdminReply } from '../support/admin-client.ts';
import { ControlWorld, newMasterKey } from '../support/control-world.ts';
import { runHeadgate } from '../support/run-headgate.ts';
import { CanarySecrets } from '../support/secrets.ts';
import { waitFor } from '../support/wait-for.ts';

const TOTP_STEP_MS = 30_000;

/** Every file under a folder, byte by byte. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

function expectStatus(reply: AdminReply, status: number): AdminReply {
  assert.equal(reply.status, status, reply.text);
  return reply;
}

test('no secret that the control plane was given stands in any file, log or later answer', async (t) => {
  const secrets = new CanarySecrets();
  const providerKey = secrets.make('provider key');
  const laterKey = secrets.make('rotated provider key');
  const refusedKey = secrets.make('provider key of a refused change');
  const header = secrets.make('header value', 'canary-header-');
  const query = secrets.make('query value', 'canary-query-');
  const proxyPassword = secrets.make('password of a proxy', 'canary-proxy-');
  const password = secrets.make('admin password', 'Canary-Password-');
  const jwtSecret = secrets.make('JWT secret', 'canary-jwt-');
  const adminToken = secrets.make('admin token', 'canary-admin-');
  const masterKey = newMasterKey();
  secrets.add('master key', masterKey);
  const virtualSecret = secrets.make('virtual key', 'hg-canary-');
  const world = await ControlWorld.start({
    env: {
      ADMIN_TOKEN: adminToken,
      ADMIN_USERNAME: 'root',
      ADMIN_PASSWORD: password,
      JWT_SECRET: jwtSecret,
      HEADGATE_MASTER_KEY: masterKey,
      LOG_LEVEL: 'trace',
    },
  });
  const { dataDir, origin } = world.gateway;
  const admin = new AdminClient(origin, adminToken);
  const answers: Record<string, string> = {};
  const note = (what: string, reply: AdminReply): void => void (answers[what] = `${JSON.stringify(reply.headers)} ${reply.text}`);
  try {
    const provider = {
      id: 'vendor',
      protocols: { 'openai-chat': `${world.mock.origin}/vendor/v1` },
      models: ['m'],
      headers: { 'x-team': header },
      query: { team: query },
      keys: [{ id: 'k', secret: providerKey }],
    };
    note('provider made', expectStatus(await admin.post('/api/admin/providers', provider), 201));
    note('key changed', expectStatus(await admin.patch('/api/admin/providers/vendor/keys/k', { secret: laterKey }), 200));
    const elsewhere = { ...provider, id: 'other', proxyUrl: `http://user:${proxyPassword}@127.0.0.1:1`, enabled: false };
    note('proxy', expectStatus(await admin.post('/api/admin/providers', elsewhere), 201));
    note(
      'refused',
      expectStatus(await admin.post('/api/admin/providers', { ...provider, keys: [{ secret: refusedKey }], nonsense: refusedKey }), 400),
    );
    expectStatus(await admin.post('/api/admin/virtual-keys', { id: 'canary', secret: virtualSecret }), 201);
    const generated = expectStatus(await admin.post('/api/admin/virtual-keys', { id: 'generated' }), 201);
    secrets.add('generated virtual key', String(generated.json['secret']));
    assert.match(String(generated.json['secret']), /^hg-/);
    await useSecondFactor(origin, password, secrets);
    assert.equal((await world.chat('m')).status, 200);
    assert.equal(world.mock.requests.at(-1)?.headers['x-team'], header, 'the secrets are in use');
    for (const path of [
      'providers',
      'providers/vendor',
      'providers/vendor/keys',
      'virtual-keys',
      'audit',
      'config/export',
      'config/revisions',
      'users',
    ])
      note(path, await admin.get(`/api/admin/${path}`));
    await waitFor(
      'a copy of the last revision',
      () => existsSync(join(dataDir, 'config-copy.json')) && readFileSync(join(dataDir, 'config-copy.json'), 'utf8').includes('other/k'),
    );
    const running = filesOf(dataDir);
    for (const name of ['headgate.db', 'headgate.db-wal', 'headgate.db-shm', 'config-copy.json']) assert.ok(name in running, name);
    const env = { DATA_DIR: dataDir, HEADGATE_MASTER_KEY: masterKey };
    const backup = await runHeadgate(['backup', 'create', join(dataDir, 'backup.db')], { env });
    assert.equal(backup.code, 0, backup.stderr);
    await world.gateway.kill9();
    const killed = filesOf(dataDir);
    await world.gateway.restart();
    assert.equal((await world.chat('m')).status, 200);
    await world.gateway.stop();
    const stopped = filesOf(dataDir);
    const output = { stdout: world.gateway.stdout(), stderr: world.gateway.stderr(), backup: backup.stdout + backup.stderr };
    for (const texts of [running, killed, stopped, answers, output]) secrets.assertNoSecret(texts);
    const bytes = [running, killed, stopped, answers, output].flatMap((texts) => Object.values(texts)).reduce((sum, text) => sum + text.length, 0);
    t.diagnostic(
      `figure: ${secrets.count} canary secrets: 0 hits in ${Object.keys(stopped).length} files (running, killed, stopped), ${Object.keys(answers).length} answers and the log (${bytes} bytes)`,
    );
  } finally {
    await world.close();
  }
});

/** Signs in and switches a second factor on, whose secret has to be kept. */
async function useSecondFactor(origin: string, password: string, secrets: CanarySecrets): Promise<void> {
  const nobody = new AdminClient(origin, null);
  const signedIn = expectStatus(await nobody.post('/api/auth/login', { username: 'root', password, session: 'token' }), 200);
  const { token, refreshToken } = signedIn.json as { token: string; refreshToken: string };
  secrets.add('access token', token);
  secrets.add('refresh token', refreshToken);
  const user = new AdminClient(origin, token);
  const { secret } = expectStatus(await user.post('/api/auth/totp', { password }), 200).json as { secret: string };
  secrets.add('second factor', secret);
  const code = totpCode(secret, Math.floor(Date.now() / TOTP_STEP_MS));
  const { recoveryCodes } = expectStatus(await user.post('/api/auth/totp/confirm', { code }), 200).json as { recoveryCodes: string[] };
  for (const [index, recoveryCode] of recoveryCodes.entries()) secrets.add(`recovery code ${index}`, recoveryCode);
}

test('a start without the master key, or with another one, is refused with a sentence and changes no byte', async () => {
  const world = await ControlWorld.start();
  const { dataDir } = world.gateway;
  const keyFile = join(dataDir, 'master.key');
  try {
    await world.addProvider('vendor', ['m']);
    await world.gateway.stop();
    const start = async (): Promise<string> => {
      const before = filesOf(dataDir);
      const message = await world.gateway.restart().then(
        () => 'it started',
        (error: Error) => error.message,
      );
      assert.deepEqual(filesOf(dataDir), before, 'no byte is another one');
      return message;
    };
    renameSync(keyFile, `${keyFile}.away`);
    assert.match(await start(), /The database holds sealed secrets, but .*master\.key is not there; put the file back or set HEADGATE_MASTER_KEY/);
    writeFileSync(keyFile, newMasterKey(), { mode: 0o600 });
    assert.match(await start(), /The master key \w{8} from .*master\.key does not open the stored secrets: it was sealed with the master key \w{8}/);
    writeFileSync(keyFile, 'short');
    assert.match(await start(), /master\.key is not a master key/);
    writeFileSync(keyFile, readFileSync(`${keyFile}.away`));
    chmodSync(keyFile, 0o644);
    assert.match(await start(), /master\.key can be read by everybody on this machine/);
    chmodSync(keyFile, 0o600);
    await world.gateway.restart();
    assert.equal((await world.chat('m')).status, 200);
  } finally {
    await world.close();
  }
});

test('a backup under a hundred writes a second holds the rows of one moment, and a gateway starts with it', async (t) => {
  const world = await ControlWorld.start();
  const { dataDir } = world.gateway;
  try {
    await world.addProvider('vendor', ['m']);
    let isDone = false;
    let writes = 0;
    const startedAt = performance.now();
    const write = async (): Promise<void> => {
      for (; !isDone; writes += 1) assert.equal((await world.addKey('vendor')).status, 201);
    };
    const ask = async (): Promise<void> => {
      while (!isDone) assert.equal((await world.chat('m')).status, 200);
    };
    const load = [write(), write(), write(), ask()];
    await waitFor('writes', () => writes > 50, { timeoutMs: 20_000 });
    const files: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const file = join(dataDir, `backup-${index}.db`);
      const run = await runHeadgate(['backup', 'create', file], { env: { DATA_DIR: dataDir } });
      assert.equal(run.code, 0, run.stderr);
      files.push(file);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    isDone = true;
    await Promise.all(load);
    await world.gateway.stop();
    const whole = new DatabaseSync(join(dataDir, 'headgate.db'), { readOnly: true });
    for (const file of files) assertSnapshot(new DatabaseSync(file, { readOnly: true }), whole);
    whole.close();
    const [restored = ''] = files.slice(-1);
    const { revision } = headOf(restored);
    const run = await runHeadgate(['backup', 'restore', restored], { env: { DATA_DIR: dataDir } });
    assert.equal(run.code, 0, run.stderr);
    await world.gateway.restart();
    assert.equal((await world.readiness()).revision, revision);
    assert.equal((await world.chat('m')).status, 200);
    assert.equal((await world.addKey('vendor')).status, 201);
    t.diagnostic(
      `figure: 3 backups under ${(writes / seconds).toFixed(0)} changes a second beside traffic: rows exactly those of a moment, integrity ok, restored and started`,
    );
  } finally {
    await world.close();
  }
});

function headOf(file: string): { readonly revision: number } {
  const database = new DatabaseSync(file, { readOnly: true });
  const revision = Number(database.prepare('select revision from config_head').get()?.['revision']);
  database.close();
  return { revision };
}

/** The copy has what the whole had at the copy's revision, row by row, and nothing of later. */
function assertSnapshot(copy: DatabaseSync, whole: DatabaseSync): void {
  assert.equal(copy.prepare('pragma integrity_check').get()?.['integrity_check'], 'ok');
  const revision = Number(copy.prepare('select revision from config_head').get()?.['revision']);
  assert.ok(revision > 20);
  const rows = (database: DatabaseSync, table: string, column: string): unknown[] =>
    database.prepare(`select * from ${table} where ${column} <= ? order by 1, 2, ${column}`).all(revision);
  for (const [table, column] of [
    ['config_entities', 'revision'],
    ['config_changes', 'revision'],
    ['config_revisions', 'number'],
    ['audit_entries', 'revision'],
  ] as const) {
    const found = rows(copy, table, column);
    assert.deepEqual(found, rows(whole, table, column), table);
    assert.equal(Number(copy.prepare(`select count(*) as count from ${table} where ${column} > ?`).get(revision)?.['count']), 0, table);
    assert.ok(found.length > 0, table);
  }
  copy.close();
}
