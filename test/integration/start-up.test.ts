import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';

import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import type { MockUpstream } from '../../src/cli/mock/mock-upstream.ts';
import { send } from '../support/http-client.ts';
import { readLedger, waitForRows } from '../support/read-ledger.ts';
import { startGateway } from '../support/start-gateway.ts';
import type { Gateway, GatewayOptions } from '../support/start-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/headgate.mjs');
const SECRET = 'sk-canary-5f5f5f5f5f5f';
const CLIENT = 'hg-client-5f5f5f5f';

let home = '';
let mock: MockUpstream;
let made = 0;

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'headgate-start-'));
  mock = await startMockUpstream();
});
after(async () => {
  await mock.close();
  rmSync(home, { recursive: true, force: true });
});

function goodConfig(): object {
  return {
    providers: [{ id: 'vendor', models: ['plain'], protocols: { 'openai-chat': `${mock.origin}/v1` }, keys: [SECRET] }],
    virtualKeys: [{ id: 'client', secret: CLIENT }],
  };
}

/** A directory that does not exist yet. */
function freshDir(): string {
  made += 1;
  return join(home, `data-${made}`);
}

/** Starts in vain; gives what the program printed. */
async function failStart(options: GatewayOptions): Promise<string> {
  let gateway: Gateway | null = null;
  try {
    gateway = await startGateway(options);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    assert.match(text, /ended with code 1 before it listened/, text);
    assert.doesNotMatch(text, /\n\s+at .*\.ts:\d+/, `no stack trace: ${text}`);
    assert.ok(!text.includes(SECRET), 'no secret in the message');
    return text;
  }
  await gateway.dispose();
  throw new Error('The gateway started although it should not have.');
}

/** Starts, serves one request and stops, so that the data directory is a real one. */
async function usedDir(): Promise<string> {
  const dataDir = freshDir();
  await using gateway = await startGateway({ config: goodConfig(), dataDir });
  await ask(gateway);
  await waitForRows(dataDir, 1);
  assert.equal(await gateway.stop(), 0);
  return dataDir;
}

async function ask(gateway: Gateway): Promise<void> {
  const answer = await send({
    url: `${gateway.origin}/v1/chat/completions`,
    headers: { authorization: `Bearer ${CLIENT}` },
    body: { model: 'plain', messages: [] },
  });
  assert.equal(answer.status, 200);
}

/** All files below a directory with their bytes. */
function contentOf(dir: string): Readonly<Record<string, string>> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name)).toString('base64')]),
  );
}

test('an unknown field is named with its line, its path, and what was probably meant', async () => {
  const text = await failStart({ config: `providers:\n  - id: vendor\n    preset: openai\n    keyz: ["${SECRET}"]\n` });
  assert.match(text, /headgate-test\.yaml:4:\d+ providers\[0\]\.keyz: unknown field "keyz", did you mean "keys"\?/);
});

test('broken YAML is named with its line', async () => {
  const text = await failStart({ config: 'providers:\n  - id: vendor\n   preset: openai\n  keys: [a\n' });
  assert.match(text, /headgate-test\.yaml:[2-4]:\d+/);
});

test('several problems are told at once', async () => {
  const text = await failStart({
    config: {
      providers: [{ id: 'Bad Id', preset: 'openia', keys: [{ secret: SECRET, weight: -1 }] }],
      virtualKeys: [{ id: 'a', secret: 'x', providers: ['nobody'] }],
      settings: { maxWaitMs: 'long' },
    },
  });
  for (const place of [/providers\[0\]\.id/, /providers\[0\]\.keys\[0\]\.weight|providers\[0\]\.keys\[0\]/, /settings\.maxWaitMs/])
    assert.match(text, place);
});

test('a variable that is not set is named', async () => {
  const text = await failStart({ config: 'providers:\n  - id: vendor\n    preset: openai\n    keys: ["${NOT_SET_ANYWHERE}"]\n' });
  assert.match(text, /:4:\d+ providers\[0\]\.keys\[0\]: the environment variable NOT_SET_ANYWHERE is not set/);
});

test('a configuration file that does not exist is named', async () => {
  const text = await failStart({ env: { CONFIG_FILE: join(home, 'nowhere.yaml') } });
  assert.match(text, /nowhere\.yaml: the file does not exist/);
});

test('settings of the environment that cannot be used are named', async () => {
  const text = await failStart({
    config: goodConfig(),
    env: { PORT: '70000', GLOBAL_PROXY_KEYS: 'changeme', LOG_LEVEL: 'loud', TRUST_PROXY: 'sometimes' },
  });
  for (const name of ['PORT', 'GLOBAL_PROXY_KEYS', 'LOG_LEVEL', 'TRUST_PROXY']) assert.match(text, new RegExp(`environment ${name}: .+\\.`));
});

test('an address beyond loopback without an admin credential is refused', async () => {
  const text = await failStart({ config: goodConfig(), env: { HOST: '0.0.0.0' } });
  assert.match(text, /HOST/);
  assert.match(text, /ADMIN_TOKEN|admin/i);
});

test('an address beyond loopback is opened for those who sign in, once there is an admin in the database', async () => {
  for (const config of [undefined, goodConfig()]) {
    const gateway = await startGateway(config === undefined ? {} : { config });
    try {
      const environment = { PATH: process.env['PATH'], DATA_DIR: gateway.dataDir };
      execFileSync(process.execPath, [PROGRAM, 'create-admin', 'ada'], {
        input: 'correct horse battery staple',
        env: environment,
        cwd: gateway.dataDir,
      });
      assert.equal(await gateway.stop(), 0);
      const opened = await startGateway({ dataDir: gateway.dataDir, env: { HOST: '0.0.0.0' }, ...(config === undefined ? {} : { config }) });
      await opened.dispose();
    } finally {
      await gateway.dispose();
    }
  }
});

test('a port in use is told with the port', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const text = await failStart({ config: goodConfig(), env: { PORT: String(port) } });
    assert.match(text, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use`));
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('a data directory that cannot be used is told with its path', async () => {
  const file = join(home, 'a-file');
  writeFileSync(file, 'not a directory');
  const text = await failStart({ config: goodConfig(), dataDir: join(file, 'data') });
  assert.match(text, /The data directory .*a-file.data cannot be used/);
  assert.equal(readFileSync(file, 'utf8'), 'not a directory');
  const readOnly = freshDir();
  mkdirSync(readOnly, { mode: 0o500 });
  chmodSync(readOnly, 0o500);
  // Root may write everywhere; everybody else is told.
  if (process.getuid?.() !== 0) assert.match(await failStart({ config: goodConfig(), dataDir: readOnly }), /cannot be used/);
});

test('a second gateway on the same data directory is refused and the first goes on', async () => {
  const dataDir = freshDir();
  await using first = await startGateway({ config: goodConfig(), dataDir });
  const text = await failStart({ config: goodConfig(), dataDir });
  assert.match(text, /is in use by another Headgate \(process \d+ on .+\)/);
  await ask(first);
});

test('a file that is no database is refused, and its bytes stay', async () => {
  const dataDir = freshDir();
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'headgate.db'), 'this was a database once');
  const text = await failStart({ config: goodConfig(), dataDir });
  assert.match(text, /The database .*headgate\.db is damaged: .*headgate backup restore/);
  assert.equal(readFileSync(join(dataDir, 'headgate.db'), 'utf8'), 'this was a database once');
});

test('a damaged database is refused, and its bytes stay', async () => {
  const dataDir = await usedDir();
  const path = join(dataDir, 'headgate.db');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096, 12_288);
  writeFileSync(path, bytes);
  const text = await failStart({ config: goodConfig(), dataDir });
  assert.match(text, /The database .*headgate\.db is damaged/);
  assert.match(text, /headgate backup restore/);
  assert.deepEqual(readFileSync(path), bytes);
});

test('a database of a newer Headgate is refused, and its bytes stay', async () => {
  const dataDir = await usedDir();
  const path = join(dataDir, 'headgate.db');
  const database = new DatabaseSync(path);
  const columns = database
    .prepare('pragma table_info(schema_migrations)')
    .all()
    .map(({ name }) => String(name));
  const row = database.prepare('select * from schema_migrations order by version desc limit 1').get() ?? {};
  const values = columns.map((name) => (name === 'version' ? 9999 : (row[name] ?? null)));
  database.prepare(`insert into schema_migrations (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`).run(...values);
  database.close();
  const bytes = readFileSync(path);
  const text = await failStart({ config: goodConfig(), dataDir });
  assert.match(text, /was written by a newer Headgate \(schema 9999/);
  assert.match(text, /headgate backup restore/);
  assert.deepEqual(readFileSync(path), bytes);
});

test('a journal that was cut off gives its whole records to the ledger and is kept aside', async () => {
  const dataDir = freshDir();
  const first = await startGateway({ config: goodConfig(), dataDir });
  for (let turn = 0; turn < 3; turn += 1) await ask(first);
  await waitForRows(dataDir, 3);
  await first.kill9();
  const folder = join(dataDir, 'journal');
  const rows = readLedger(dataDir);
  const [segment = ''] = readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'utf8').startsWith('{"'));
  assert.notEqual(segment, '', `a segment among ${readdirSync(folder).join(', ')}`);
  const text = readFileSync(join(folder, segment), 'utf8');
  writeFileSync(join(folder, segment), `${text}{"settle":{"id":"cut-o`);
  await using second = await startGateway({ config: goodConfig(), dataDir });
  await waitFor('the torn segment', () => readdirSync(folder).some((name) => name.endsWith('.torn')));
  assert.deepEqual(
    readLedger(dataDir).map(({ id }) => id),
    rows.map(({ id }) => id),
    'no row twice, none lost',
  );
  await waitFor('a word about it', () => /was cut off when an earlier process ended abruptly/.test(second.stdout() + second.stderr()));
  await ask(second);
  await waitForRows(dataDir, 4);
  await first.dispose();
});

test('state of keys that cannot be read is kept aside and the gateway starts', async () => {
  const dataDir = freshDir();
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'live-state.json'), '{"version":1,"pools":[{"provider":"ven');
  await using gateway = await startGateway({ config: goodConfig(), dataDir });
  await ask(gateway);
  assert.ok(existsSync(join(dataDir, 'live-state.json.unreadable')));
  assert.match(gateway.stdout() + gateway.stderr(), /live-state\.json could not be read/);
});

test('a failed start leaves a data directory as it was', async () => {
  const dataDir = await usedDir();
  const before = contentOf(dataDir);
  await failStart({ config: 'providers: 7', dataDir });
  await failStart({ config: goodConfig(), dataDir, env: { PORT: '99999' } });
  assert.deepEqual(contentOf(dataDir), before);
});
