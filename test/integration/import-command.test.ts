import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';

import { hashToken } from '../../src/security/hash-token.ts';
import { AdministeredGateway, CALLER_KEY } from '../support/administered-gateway.ts';
import { send } from '../support/http-client.ts';
import { JWT_SECRET, seal } from '../support/llm-gateway-tables.ts';
import { waitFor } from '../support/wait-for.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/headgate.mjs');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
});
after(() => world.close());

/** `headgate …` beside the gateway that runs. */
function run(args: readonly string[], input = ''): Promise<Ended> {
  const { dataDir } = world.gateway;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...args],
      { cwd: dataDir, env: { PATH: process.env['PATH'], DATA_DIR: dataDir } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end(input);
  });
}

function fileIn(name: string, text: string): string {
  const path = join(world.gateway.dataDir, name);
  writeFileSync(path, text);
  return path;
}

function databaseIn(name: string, statements: readonly string[]): string {
  const path = join(world.gateway.dataDir, name);
  const database = new DatabaseSync(path);
  for (const statement of statements) database.exec(statement);
  database.close();
  return path;
}

/** Imports twice: the second time adds nothing. */
async function importTwice(...args: readonly string[]): Promise<string> {
  const planned = await run(['import', ...args, '--dry-run']);
  assert.equal(planned.code, 0, planned.err);
  assert.match(planned.out, /Nothing was written/u);
  const { revision } = (await world.admin.get('/api/admin/config/version')).json;
  const first = await run(['import', ...args]);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, new RegExp(`Written as revision ${Number(revision) + 1} of`, 'u'));
  const second = await run(['import', ...args]);
  assert.match(second.out, /There was nothing to add/u);
  await waitFor('the running gateway to follow', async () => {
    const now = (await world.admin.get('/api/admin/config/version')).json['revision'];
    return now === Number(revision) + 1 ? true : null;
  });
  return first.out;
}

/** Which key the upstream saw. */
function lastKey(): string | undefined {
  const value = world.mock.requests.at(-1)?.headers['authorization'];
  return typeof value === 'string' ? value : undefined;
}

test('the state file of llm-apikey-lb serves the same request with the same key', async () => {
  const state = {
    version: 1,
    rrIndex: 0,
    keys: [
      {
        id: 'u-1',
        name: 'first',
        provider: 'custom',
        apiKey: 'sk-balancer-key-1',
        baseUrl: world.address('balancer'),
        models: ['lb-model'],
        weight: 2,
        enabled: true,
      },
    ],
  };
  const out = await importTwice('llm-apikey-lb', fileIn('state.json', JSON.stringify(state)));
  assert.doesNotMatch(out, /sk-balancer-key-1/u);
  assert.equal((await world.chat('lb-model')).status, 200);
  assert.equal(lastKey(), 'Bearer sk-balancer-key-1');
});

test('the config.yaml of llm-proxy serves the same request, and its clients keep their key', async () => {
  const yaml = `providers:
  - { name: main, api_base: "${world.address('proxy')}", api_key: sk-proxy-key-1, model_mapping: { proxy-model: upstream-model } }
master_keys:
  - { name: team, key: mk-old-master-key-1, enabled: true }
`;
  await importTwice('llm-proxy', fileIn('config.yaml', yaml));
  assert.equal((await world.chat('proxy-model', 'mk-old-master-key-1')).status, 200);
  assert.equal(lastKey(), 'Bearer sk-proxy-key-1');
});

test('the database of llm-proxy serves the same request, and its clients keep their key', async () => {
  const file = databaseIn('proxy.db', [
    'create table providers (id text primary key, provider_type text, api_base text, api_key text, model_mapping text, is_enabled integer)',
    'create table master_keys (id text primary key, key_hash text, name text, allowed_models text, rate_limit integer, is_enabled integer)',
    `insert into providers values ('from-db', 'openai', '${world.address('proxy-db')}', 'sk-proxy-db-1', '{"db-model":"db-upstream"}', 1)`,
    `insert into master_keys values ('k1', '${hashToken('mk-in-the-database')}', 'One', '["db-model"]', null, 1)`,
  ]);
  await importTwice('llm-proxy', file);
  assert.equal((await world.chat('db-model', 'mk-in-the-database')).status, 200);
  assert.equal(lastKey(), 'Bearer sk-proxy-db-1');
  assert.equal((await world.chat('proxy-model', 'mk-in-the-database')).status, 403, 'the models of the key are carried');
});

test('the database of LLM Gateway serves the same request, with its sealed keys and its clients’ virtual keys', async () => {
  const file = databaseIn('gateway.db', [
    'create table providers (id text primary key, name text, base_url text, api_key text, model_mapping text, enabled integer)',
    'create table models (id text primary key, name text, provider_id text, model_identifier text, is_virtual integer, enabled integer)',
    'create table virtual_keys (id text primary key, key_value text, key_hash text, name text, provider_id text, model_id text, model_ids text, enabled integer, rate_limit integer)',
    `insert into providers values ('vendor-b', 'Vendor B', '${world.address('gateway')}', '${seal('sk-gateway-key-1')}', null, 1)`,
    "insert into models values ('m1', 'Chat', 'vendor-b', 'gateway-model', 0, 1)",
    `insert into virtual_keys values ('k1', 'vk_old-virtual-key-1', '${hashToken('vk_old-virtual-key-1')}', 'One', 'vendor-b', 'm1', '["m1"]', 1, 0)`,
  ]);
  await importTwice('llm-gateway', file, '--jwt-secret-file', fileIn('old-jwt-secret', `${JWT_SECRET}\n`));
  assert.equal((await world.chat('gateway-model', 'vk_old-virtual-key-1')).status, 200);
  assert.equal(lastKey(), 'Bearer sk-gateway-key-1');
});

test('the database of API Key Rotator serves the same /llm and /proxy calls', async () => {
  const file = databaseIn('rotator.db', [
    `create table proxy_configs (id integer primary key, name text, slug text, config_type text, api_key_location text, api_key_name text, is_active integer,
      method text, target_url text, target_base_url text, api_format text, output_format text)`,
    'create table api_keys (id integer primary key, key_value text, is_active integer, proxy_config_id integer)',
    `insert into proxy_configs values (1, 'Chat', 'rotator-chat', 'LLM', null, null, 1, null, null, '${world.address('rotator')}', 'openai_compatible', 'none')`,
    `insert into proxy_configs values (2, 'Weather', 'weather', 'GENERIC', 'header', 'X-Weather-Key', 1, 'GET', '${world.mock.origin}/weather', null, null, null)`,
    "insert into api_keys values (1, 'sk-rotator-key-1', 1, 1), (2, 'weather-key-1', 1, 2)",
  ]);
  await importTwice('api-key-rotator', file);
  const headers = { 'X-Proxy-Key': CALLER_KEY };
  const chat = await send({
    url: `${world.gateway.origin}/llm/rotator-chat/v1/chat/completions`,
    headers,
    body: { model: 'any', messages: [{ role: 'user', content: 'Hello' }] },
  });
  assert.equal(chat.status, 200);
  assert.equal(lastKey(), 'Bearer sk-rotator-key-1');
  await send({ url: `${world.gateway.origin}/proxy/weather/today`, headers });
  assert.equal(world.mock.requests.at(-1)?.headers['x-weather-key'], 'weather-key-1');
});

test('DATA_FILE is taken over at the first start, and what is deleted afterwards stays deleted', async () => {
  const keys = [
    {
      id: 'u-9',
      name: 'ninth',
      provider: 'custom',
      apiKey: 'sk-data-file-key',
      baseUrl: world.address('data-file'),
      models: ['df-model'],
      enabled: true,
    },
  ];
  const DATA_FILE = fileIn('data-file.json', JSON.stringify({ version: 1, keys }));
  const other = await AdministeredGateway.start({ DATA_FILE });
  try {
    assert.equal((await other.chat('df-model')).status, 200);
    assert.equal(world.mock.requests.at(-1)?.headers['authorization'], 'Bearer sk-data-file-key');
    const [provider] = (await other.admin.get('/api/admin/providers')).json['items'] as readonly { id: string }[];
    assert.equal((await other.admin.delete(`/api/admin/providers/${provider?.id ?? ''}`)).status, 200);
    await other.gateway.restart();
    await waitFor('the control plane', async () => ((await other.admin.get('/api/admin/providers')).status === 200 ? true : null));
    assert.equal((await other.admin.get('/api/admin/providers')).json['total'], 0);
  } finally {
    await other.close();
  }
});

test('what cannot be imported is told, and nothing is written', async () => {
  const { revision } = (await world.admin.get('/api/admin/config/version')).json;
  for (const args of [
    ['llm-apikey-lb', fileIn('broken.json', '{"keys": [')],
    ['llm-gateway', fileIn('no-database.db', 'text')],
    ['llm-proxy', 'postgres://user:hunter2-secret@127.0.0.1:1/none'],
  ]) {
    const { code, err } = await run(['import', ...args]);
    assert.equal(code, 1);
    assert.doesNotMatch(err, /hunter2|    at /u);
    assert.ok(err.length > 20);
  }
  assert.equal((await run(['import', 'another-gateway', 'x'])).code, 2);
  assert.equal((await world.admin.get('/api/admin/config/version')).json['revision'], revision);
});

test('an admin made at the machine signs in, and a password that is reset there ends the sessions', async () => {
  assert.equal((await run(['create-admin', 'grace'], 'correct horse battery staple\n')).code, 0);
  const login = (password: string) => world.admin.post('/api/auth/login', { username: 'grace', password });
  const first = await login('correct horse battery staple');
  assert.equal(first.status, 200, first.text);
  const asGrace = { authorization: `Bearer ${String(first.json['token'])}` };
  assert.equal((await world.admin.get('/api/admin/providers', asGrace)).status, 200);
  assert.equal((await run(['reset-password', 'grace'], 'another long battery horse\n')).code, 0);
  assert.equal((await world.admin.get('/api/admin/providers', asGrace)).status, 401);
  assert.equal((await login('correct horse battery staple')).status, 401);
  assert.equal((await login('another long battery horse')).status, 200);
  assert.equal((await run(['create-admin', 'grace'], 'correct horse battery staple\n')).code, 1);
  assert.match((await run(['create-admin', 'weak'], 'password\n')).err, /password/iu);
  assert.equal((await run(['reset-password', 'nobody'], 'another long battery horse\n')).code, 1);
});
