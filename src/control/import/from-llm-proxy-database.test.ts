import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignData } from '../../../test/support/foreign-data.ts';
import { compileDraft, wordsOf } from '../../../test/support/usable-draft.ts';
import { PRESETS } from '../../presets/presets.ts';
import { hashToken } from '../../security/hash-token.ts';
import type { ForeignRow } from '../../store/foreign/foreign-data.ts';
import { fromLlmProxyDatabase, LLM_PROXY_TABLES } from './from-llm-proxy-database.ts';
import type { ImportDraft } from './import-draft.ts';

const PROVIDER: ForeignRow = {
  id: 'openai-main',
  provider_type: 'openai',
  api_base: 'https://api.openai.com/v1',
  api_key: 'sk-1',
  model_mapping: { 'gpt-4': 'gpt-4-turbo' },
  is_enabled: true,
};

function masterKey(id: string, secret: string, fields: ForeignRow = {}): ForeignRow {
  return { id, key_hash: hashToken(secret), name: `Key ${id}`, allowed_models: [], rate_limit: null, is_enabled: true, ...fields };
}

function read(tables: Readonly<Record<string, readonly ForeignRow[]>>): ImportDraft {
  return fromLlmProxyDatabase(foreignData(tables, LLM_PROXY_TABLES), PRESETS);
}

test('rows of the first versions: ids stay, and the hashes of master keys stay valid', () => {
  const draft = read({
    providers: [PROVIDER, { ...PROVIDER, id: 'Relay', api_base: 'https://relay.test/v1', api_key: 'sk-2', model_mapping: {}, is_enabled: false }],
    master_keys: [
      masterKey('key-1', 'mk-one', { allowed_models: ['gpt-4'], rate_limit: 10 }),
      masterKey('key-2', 'mk-two', { rate_limit: 0 }),
      masterKey('key-3', 'mk-three', { is_enabled: false, allowed_models: ['*'] }),
    ],
    config_version: [{ id: 1, version: 7 }],
  });
  assert.deepEqual(
    draft.providers.map(({ id, enabled, models }) => ({ id, enabled, models })),
    [
      { id: 'openai-main', enabled: true, models: [{ name: 'gpt-4', upstream: 'gpt-4-turbo' }] },
      { id: 'relay', enabled: false, models: undefined },
    ],
  );
  assert.deepEqual(
    draft.virtualKeys.map(({ secretHash: _, ...key }) => key),
    [
      { id: 'key-1', name: 'Key key-1', enabled: true, models: ['gpt-4'], limits: { requestsPerSecond: 10 } },
      { id: 'key-2', name: 'Key key-2', enabled: true, limits: { requestsPerSecond: 0, burst: 0 } },
      { id: 'key-3', name: 'Key key-3', enabled: false, models: ['*'] },
    ],
  );
  assert.equal(compileDraft(draft).callers.get(hashToken('mk-two'))?.id, 'key-2');
  assert.match(wordsOf(draft), /table config_version: the count of changes/u);
  assert.deepEqual(
    draft,
    read({
      providers: [PROVIDER, { ...PROVIDER, id: 'Relay', api_base: 'https://relay.test/v1', api_key: 'sk-2', model_mapping: {}, is_enabled: false }],
      master_keys: [
        masterKey('key-1', 'mk-one', { allowed_models: ['gpt-4'], rate_limit: 10 }),
        masterKey('key-2', 'mk-two', { rate_limit: 0 }),
        masterKey('key-3', 'mk-three', { is_enabled: false, allowed_models: ['*'] }),
      ],
      config_version: [{ id: 1, version: 7 }],
    }),
  );
});

test('rows of later versions: numbers as ids, credentials, weights and JSON as text', () => {
  const draft = read({
    providers: [
      {
        ...PROVIDER,
        id: 1,
        provider_key: 'claude',
        provider_type: 'anthropic',
        api_base: 'https://api.anthropic.com/v1',
        weight: 5,
        model_mapping: '{"claude":"claude-opus-5"}',
        provider_params: {},
        lua_script: null,
      },
      {
        ...PROVIDER,
        id: 2,
        provider_key: 'vertex',
        provider_type: 'gcp-vertex',
        api_base: 'https://v.test',
        provider_params: { gcp_project: 'p' },
        lua_script: 'x',
      },
    ],
    credentials: [
      {
        id: 3,
        credential_key: hashToken('ck-1').toUpperCase(),
        name: 'Team A',
        allowed_models: '["claude", "gpt-.*"]',
        rate_limit: null,
        is_enabled: 1,
      },
    ],
  });
  assert.deepEqual(
    draft.providers.map(({ id, weight, preset, enabled }) => ({ id, weight, preset, enabled })),
    [
      { id: 'claude', weight: 5, preset: 'anthropic', enabled: true },
      { id: 'vertex', weight: 1, preset: 'custom', enabled: false },
    ],
  );
  assert.deepEqual(draft.virtualKeys, [
    { id: 'team-a', name: 'Team A', secretHash: `sha256:${hashToken('ck-1')}`, enabled: true, models: ['claude', 'gpt-*'] },
  ]);
  const words = wordsOf(draft);
  assert.match(words, /provider_params has no counterpart/u);
  assert.match(words, /lua_script has no counterpart/u);
  compileDraft(draft);
});

test('null and odd columns are left out or switched off with a note, and hashes of another kind are told', () => {
  const draft = read({
    providers: [
      { ...PROVIDER, api_key: null },
      { ...PROVIDER, id: null, api_base: null },
      { ...PROVIDER, id: '😀', is_enabled: null, weight: 'heavy', model_mapping: '{broken' },
    ],
    master_keys: [
      masterKey('a', 'x', { key_hash: '$2b$12$abcdefghijklmnopqrstuv' }),
      masterKey('b', 'x', { key_hash: null }),
      masterKey('c', 'mk-c', { allowed_models: '{broken', rate_limit: -1, is_enabled: null, name: null }),
    ],
  });
  assert.equal(draft.providers.length, 1);
  assert.match(draft.providers[0]?.id ?? '', /^provider-[0-9a-f]{8}$/u);
  assert.equal(draft.providers[0]?.enabled, false);
  assert.deepEqual(
    draft.virtualKeys.map(({ id, enabled, limits }) => ({ id, enabled, limits })),
    [{ id: 'c', enabled: false, limits: { requestsPerSecond: 0, burst: 0 } }],
  );
  const words = wordsOf(draft);
  assert.match(words, /master_keys, row 1: the secret is kept in a form that is no SHA-256 hash/u);
  assert.doesNotMatch(words, /\$2b/u);
  compileDraft(draft);
});

test('databases of other programs are refused by the name of what they lack', () => {
  assert.throws(() => read({ models: [{ id: 1 }] }), /old\.db has no table "providers", so it is not one of llm-proxy/u);
  assert.throws(
    () => read({ providers: [{ id: 1, base_url: 'x', api_key: 'y' }], virtual_keys: [] }),
    /has no column "api_base" in its table "providers"/u,
  );
  assert.throws(() => read({ providers: [PROVIDER] }), /neither a table "master_keys" nor a table "credentials"/u);
});
