import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { sql } from 'kysely';
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { loadImport } from '../../src/control/import/load-import.ts';
import type { ImportDraft, ImportSource } from '../../src/control/import/import-draft.ts';
import { planImport } from '../../src/control/import/plan-import.ts';
import { PRESETS } from '../../src/presets/presets.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import { compileImported } from '../support/usable-draft.ts';
import { DATABASE_KINDS, startTestDatabases, urlOf, withDatabase } from '../support/test-databases.ts';

const databases = await startTestDatabases();

async function fill(config: DatabaseConfig, statements: readonly string[]): Promise<void> {
  await withDatabase(config, async ({ db }) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  });
}

function load(source: ImportSource, config: DatabaseConfig): Promise<ImportDraft> {
  return loadImport({ source, address: urlOf(config), directory: '/', environment: {}, presets: PRESETS, jwtSecret: null });
}

/** The import twice over: the second adds nothing, and the gateway compiles. */
async function importTwice(source: ImportSource, config: DatabaseConfig): Promise<ReturnType<typeof compileImported>> {
  const first = planImport(await load(source, config), {});
  const second = planImport(await load(source, config), first.merged);
  assert.deepEqual(second.merged, first.merged);
  assert.equal(second.counts.keys.added + second.counts.providers.added + second.counts.virtualKeys.added, 0);
  return compileImported(first.merged);
}

describe('import of an older program’s database by its address', () => {
  for (const kind of DATABASE_KINDS) {
    // The database that the program itself has keeps JSON and lists of its own kind.
    const [json, list] = kind === 'postgres' ? ['jsonb', 'text[]'] : ['text', 'text'];

    test(`llm-proxy from ${kind}`, async () => {
      const config = await databases.create(kind);
      const models = kind === 'postgres' ? "'{gpt-4}'" : `'["gpt-4"]'`;
      await fill(config, [
        `create table providers (id varchar(255) primary key, provider_type varchar(50), api_base varchar(500), api_key varchar(500), model_mapping ${json}, is_enabled boolean, created_at timestamp)`,
        `create table master_keys (id varchar(255) primary key, key_hash varchar(255), name varchar(255), allowed_models ${list}, rate_limit integer, is_enabled boolean)`,
        'create table config_version (id integer, version bigint)',
        `insert into providers values ('main', 'openai', 'https://api.openai.com/v1', 'sk-main', '{"gpt-4":"gpt-4-turbo"}', true, null), ('relay', 'openai', 'https://relay.test/v1', 'sk-relay', '{}', false, null)`,
        `insert into master_keys values ('k1', '${hashToken('mk-1')}', 'One', ${models}, 5, true), ('k2', '${hashToken('mk-2')}', 'Two', null, 0, false)`,
      ]);
      const { callers, providersById } = await importTwice('llm-proxy', config);
      assert.deepEqual([...providersById.keys()], ['main', 'relay']);
      assert.equal(providersById.get('relay' as never)?.enabled, false);
      assert.equal(callers.get(hashToken('mk-1'))?.limits?.requestsPerSecond, 5);
      assert.equal(callers.get(hashToken('mk-1'))?.allowsModel?.('gpt-4'), true);
      assert.equal(callers.get(hashToken('mk-2'))?.limits?.requestsPerSecond, 0);
      assert.equal(callers.get(hashToken('mk-2'))?.enabled, false);
    });

    test(`LLM Gateway from ${kind}`, async () => {
      const config = await databases.create(kind);
      await fill(config, [
        'create table providers (id varchar(255) primary key, name varchar(255), base_url text, api_key text, model_mapping text, enabled smallint, created_at bigint)',
        'create table models (id varchar(255) primary key, name varchar(255), provider_id varchar(255), model_identifier varchar(255), is_virtual smallint, enabled smallint)',
        'create table virtual_keys (id varchar(255) primary key, key_value varchar(255), key_hash varchar(255), name varchar(255), provider_id varchar(255), model_id varchar(255), model_ids text, enabled smallint, rate_limit integer, created_at bigint)',
        "insert into providers values ('deepseek', 'DeepSeek', 'https://api.deepseek.com/v1', 'sk-ds', null, 1, 1700000000000)",
        "insert into models values ('m1', 'Chat', 'deepseek', 'deepseek-chat', 0, 1)",
        `insert into virtual_keys values ('k1', 'vk_one', '${hashToken('vk_one')}', 'One', null, 'm1', '["m1"]', 1, 60, 1700000000000)`,
      ]);
      const { callers, offers } = await importTwice('llm-gateway', config);
      const caller = callers.get(hashToken('vk_one'));
      assert.equal(caller?.limits?.requestsPerMinute, 60);
      assert.deepEqual([...(caller?.providers ?? [])], ['deepseek']);
      assert.equal(offers.get('Chat' as never)?.[0]?.model.upstreamModel, 'deepseek-chat');
    });

    test(`api-key-rotator from ${kind}`, async () => {
      const config = await databases.create(kind);
      await fill(config, [
        'create table proxy_configs (id integer primary key, name varchar(100), slug varchar(100), config_type varchar(50), is_active boolean, method varchar(10), target_url varchar(255), target_base_url varchar(255), api_key_location varchar(50), api_key_name varchar(100), api_format varchar(50), output_format varchar(50))',
        'create table api_keys (id integer primary key, key_value varchar(255), is_active boolean, proxy_config_id integer)',
        "insert into proxy_configs values (1, 'Search', 'search', 'GENERIC', true, 'GET', 'https://search.test/v2', null, 'query', 'key', 'openai_compatible', 'none'), (2, 'Claude', 'claude', 'LLM', false, null, null, 'https://api.anthropic.com', '', '', 'anthropic_native', 'none')",
        "insert into api_keys values (1, 'k-1', true, 1), (2, 'k-2', false, 1), (3, 'k-3', true, 2)",
      ]);
      const { providersById } = await importTwice('api-key-rotator', config);
      const search = providersById.get('search' as never);
      assert.deepEqual(search?.rest?.methods, ['GET']);
      assert.deepEqual(search?.auth, { in: 'query', name: 'key' });
      assert.deepEqual(
        search?.keys.map(({ secret, enabled }) => [secret, enabled]),
        [
          ['k-1', true],
          ['k-2', false],
        ],
      );
      assert.equal(providersById.get('claude' as never)?.enabled, false);
    });

    test(`another program’s ${kind} is refused, and nothing comes of it`, async () => {
      const config = await databases.create(kind);
      await fill(config, ['create table providers (id integer primary key, secret varchar(10))', "insert into providers values (1, 'hush')"]);
      for (const source of ['llm-proxy', 'llm-gateway', 'api-key-rotator'] as const)
        await assert.rejects(load(source, config), /so it is not one of .*\. Nothing was imported/u);
    });
  }
});
