import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignData } from '../../../test/support/foreign-data.ts';
import { compileDraft, wordsOf } from '../../../test/support/usable-draft.ts';
import { PRESETS } from '../../presets/presets.ts';
import type { ForeignRow } from '../../store/foreign/foreign-data.ts';
import { API_KEY_ROTATOR_TABLES, fromApiKeyRotator } from './from-api-key-rotator.ts';
import type { ImportDraft } from './import-draft.ts';

const GENERIC: ForeignRow = {
  id: 1,
  name: 'Search',
  slug: 'search',
  config_type: 'GENERIC',
  is_active: 1,
  method: 'POST',
  target_url: 'https://search.test/v2/query',
  target_base_url: null,
  api_key_location: 'header',
  api_key_name: 'X-Api-Key',
  api_format: 'openai_compatible',
  output_format: 'none',
};
const LLM: ForeignRow = {
  ...GENERIC,
  id: 2,
  name: 'Models',
  slug: 'models',
  config_type: 'LLM',
  method: null,
  target_url: null,
  target_base_url: 'https://openrouter.ai/api/v1',
  api_key_name: '',
};

function key(id: number, config: number, value: string | null, isActive: unknown = 1): ForeignRow {
  return { id, key_value: value, is_active: isActive, proxy_config_id: config };
}

function read(configs: readonly ForeignRow[], keys: readonly ForeignRow[]): ImportDraft {
  return fromApiKeyRotator(foreignData({ proxy_configs: configs, api_keys: keys }, API_KEY_ROTATOR_TABLES), PRESETS);
}

const secretsOf = (draft: ImportDraft, index = 0): unknown =>
  draft.providers[index]?.keys?.map((entry) => (typeof entry === 'string' ? entry : [entry.secret, entry.enabled]));

test('a generic config becomes a REST provider under its slug, with one method and the key as it was', () => {
  const draft = read([GENERIC], [key(1, 1, 'k-one'), key(2, 1, 'k-two', 0)]);
  const { keys: _, ...provider } = draft.providers[0] ?? { id: '' };
  assert.deepEqual(provider, {
    id: 'search',
    name: 'Search',
    enabled: true,
    kind: 'rest',
    rest: { targetUrl: 'https://search.test/v2/query', methods: ['POST'] },
    auth: { in: 'header', name: 'X-Api-Key' },
  });
  assert.deepEqual(secretsOf(draft), [
    ['k-one', true],
    ['k-two', false],
  ]);
  const compiled = compileDraft(draft).providers[0];
  assert.deepEqual(compiled?.auth, { in: 'header', name: 'x-api-key' });
  assert.equal(compiled?.kind, 'rest');
});

test('the word before a raw key goes to the provider, and keys with another are left out', () => {
  const draft = read(
    [{ ...GENERIC, api_key_name: 'Authorization' }],
    [key(1, 1, 'Bearer k-1'), key(2, 1, 'Bearer k-2'), key(3, 1, 'Basic dTpw'), key(4, 1, 'k-4')],
  );
  assert.deepEqual(draft.providers[0]?.auth, { in: 'header', name: 'Authorization', scheme: 'Bearer' });
  assert.deepEqual(secretsOf(draft), [
    ['k-1', true],
    ['k-2', true],
  ]);
  assert.match(wordsOf(draft), /api_keys, row 3, api_keys, row 4: it begins with another word than the other keys do; left out/u);
  compileDraft(draft);
});

test('a key in the query stays there', () => {
  const draft = read(
    [{ ...GENERIC, api_key_location: 'query', api_key_name: 'key', method: 'get', target_url: 'https://maps.test/api?format=json' }],
    [key(1, 1, 'k')],
  );
  assert.deepEqual(draft.providers[0]?.auth, { in: 'query', name: 'key' });
  assert.equal(draft.providers[0]?.rest?.targetUrl, 'https://maps.test/api');
  assert.match(wordsOf(draft), /the query of its target URL is left out/u);
  compileDraft(draft);
});

test('model services speak what their format says, at the base URL that was written', () => {
  const draft = read(
    [
      LLM,
      { ...LLM, id: 3, slug: 'claude', api_format: 'anthropic_native', target_base_url: 'https://api.anthropic.com', output_format: 'openai' },
      { ...LLM, id: 4, slug: 'kimi', api_format: 'anthropic_native', target_base_url: 'https://relay.test/anthropic', api_key_name: 'X-Key' },
      { ...LLM, id: 5, slug: 'gem', api_format: 'gemini_native', target_base_url: 'https://generativelanguage.googleapis.com' },
    ],
    [2, 3, 4, 5].map((config) => key(config, config, `k-${config}`)),
  );
  const compiled = compileDraft(draft);
  const hrefOf = (id: string, protocol: string): string | undefined =>
    compiled.providersById.get(id as never)?.protocols.get(protocol as never)?.href;
  assert.equal(hrefOf('models', 'openai-chat'), 'https://openrouter.ai/api/v1');
  assert.equal(hrefOf('claude', 'anthropic-messages'), 'https://api.anthropic.com/v1');
  assert.equal(hrefOf('kimi', 'anthropic-messages'), 'https://relay.test/anthropic/v1');
  assert.equal(hrefOf('gem', 'gemini-generate'), 'https://generativelanguage.googleapis.com/v1beta');
  assert.deepEqual(
    draft.providers.map(({ preset, auth }) => ({ preset, auth })),
    [
      { preset: 'openrouter', auth: undefined },
      { preset: 'anthropic', auth: undefined },
      { preset: 'custom', auth: { in: 'header', name: 'X-Key' } },
      { preset: 'gemini', auth: undefined },
    ],
  );
  const words = wordsOf(draft);
  assert.match(words, /proxy_configs "kimi": the base URL gets the version behind it/u);
  assert.match(words, /proxy_configs "claude": answers were converted to "openai"; here a request in any protocol is translated by itself/u);
  assert.match(words, /environment: GLOBAL_PROXY_KEYS/u);
});

test('configs and keys that cannot be used are left out with a note, and the rest goes on', () => {
  const draft = read(
    [
      { ...GENERIC, id: 1, slug: 'a', method: null },
      { ...GENERIC, id: 2, slug: 'b', target_url: 'javascript:alert(1)' },
      { ...GENERIC, id: 3, slug: 'c', api_key_name: 'two words' },
      { ...GENERIC, id: 4, slug: 'd', config_type: 'SOAP' },
      { ...LLM, id: 5, slug: 'e', api_format: '__proto__' },
      { ...LLM, id: 6, slug: 'f', target_base_url: null },
      { ...GENERIC, id: 7, slug: 'Good One', is_active: null, api_format: 'gemini_native' },
      { ...GENERIC, id: 8, slug: 'good-one', is_active: 0 },
    ],
    [key(1, 7, 'k-1'), key(2, 7, 'k-1'), key(3, 7, ''), key(4, 7, null), key(5, 99, 'k-lost'), key(6, 7, 'k\u0000x'), key(7, 8, '😀')],
  );
  assert.deepEqual(
    draft.providers.map(({ enabled, keys }) => ({ enabled, keys: keys?.length })),
    [
      { enabled: true, keys: 1 },
      { enabled: false, keys: 0 },
    ],
  );
  assert.match(draft.providers[0]?.id ?? '', /^good-one-[0-9a-f]{8}$/u);
  assert.equal(draft.providers[1]?.id, 'good-one');
  const words = wordsOf(draft);
  for (const said of [
    /"a": it names no method/u,
    /"b": its target URL must be a URL/u,
    /"c": it does not say in which header/u,
    /"d": the type "soap" is not known/u,
    /"e": its API format "__proto__" is not known/u,
    /"f": it has no base URL/u,
    /"Good One": its slug is no slug here: its clients have to write \/proxy\/good-one-/u,
    /api_keys, row 5: its proxy config is not there/u,
    /api_keys, row 2: it repeats the API key of api_keys, row 1/u,
    /"good-one": it has no key that can be used/u,
    /"Good One": api_format means nothing for its type/u,
  ])
    assert.match(words, said);
  assert.doesNotMatch(words, /k-1|k-lost/u);
  compileDraft(draft);
});

test('a second import of the same data gives the same ids', () => {
  const configs = [GENERIC, { ...GENERIC, id: 9, slug: 'SEARCH' }, { ...GENERIC, id: 10, slug: '🔎' }];
  const keys = [key(1, 1, 'k-1'), key(2, 9, 'k-2')];
  assert.deepEqual(read(configs, keys), read(configs, keys));
  const idsOf = (draft: ImportDraft): readonly string[] => draft.providers.map(({ id }) => id).toSorted();
  assert.deepEqual(idsOf(read(configs, keys)), idsOf(read(configs.toReversed(), keys.toReversed())));
});

test('databases of other programs are refused by the name of what they lack', () => {
  const refuse = (tables: Readonly<Record<string, readonly ForeignRow[]>>): void => {
    fromApiKeyRotator(foreignData(tables, API_KEY_ROTATOR_TABLES), PRESETS);
  };
  assert.throws(() => refuse({ providers: [] }), /has no table "proxy_configs", so it is not one of api-key-rotator\. Nothing was imported/u);
  assert.throws(() => refuse({ proxy_configs: [GENERIC] }), /has no table "api_keys"/u);
  assert.throws(() => refuse({ proxy_configs: [{ id: 1, slug: 'a' }], api_keys: [] }), /has no column "config_type" in its table "proxy_configs"/u);
});
