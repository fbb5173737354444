import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { PRESETS } from '../../presets/presets.ts';
import type { ImportDraft, ImportSource } from './import-draft.ts';
import { loadImport } from './load-import.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function load(source: ImportSource, address: string): Promise<ImportDraft> {
  return loadImport({ source, address, directory: folder, environment: { KEY: 'sk-variable' }, presets: PRESETS, jwtSecret: null });
}

test('files are read by path: a state file, a config.yaml with variables, and a SQLite file without a scheme', async () => {
  const state = {
    version: 1,
    keys: [{ id: '1', name: 'one', provider: 'openai', apiKey: 'sk-1', baseUrl: 'https://api.openai.com/v1', enabled: true }],
  };
  // Some editors of Windows put a byte order mark before the text.
  writeFileSync(join(folder, 'state.json'), `\uFEFF${JSON.stringify(state)}`);
  writeFileSync(join(folder, 'config.yaml'), 'providers: [{ name: a, api_base: "https://a.test/v1", api_key: "${KEY}" }]');
  const database = new DatabaseSync(join(folder, 'proxy.db'));
  database.exec('create table providers (id text, api_base text, api_key text); create table master_keys (id text, key_hash text)');
  database.exec("insert into providers values ('from-database', 'https://b.test/v1', 'sk-b')");
  database.close();
  const before = readFileSync(join(folder, 'proxy.db'));
  assert.deepEqual((await load('llm-apikey-lb', 'state.json')).providers[0]?.id, 'openai-main');
  assert.deepEqual((await load('llm-proxy', 'config.yaml')).providers[0]?.keys, ['sk-variable']);
  assert.deepEqual((await load('llm-proxy', 'proxy.db')).providers[0]?.id, 'from-database');
  assert.deepEqual((await load('llm-proxy', `sqlite:${join(folder, 'proxy.db')}`)).providers[0]?.id, 'from-database');
  assert.deepEqual(readFileSync(join(folder, 'proxy.db')), before);
});

test('what is not there, or of another kind, is refused by a sentence', async () => {
  for (const source of ['llm-apikey-lb', 'llm-proxy', 'llm-gateway', 'api-key-rotator'] as const)
    await assert.rejects(load(source, 'none'), /cannot be read: ENOENT/u, source);
  await assert.rejects(
    load('llm-apikey-lb', 'postgres://app:hunter2@db.test/old'),
    /The data of this program are a file, and the address is that of a database/u,
  );
  await assert.rejects(load('api-key-rotator', 'state.json'), /state\.json is not a SQLite database/u);
  await assert.rejects(load('llm-apikey-lb', 'proxy.db'), /is not JSON, so it is not the state\.json/u);
});
