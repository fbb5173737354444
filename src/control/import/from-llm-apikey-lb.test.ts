import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDraft, wordsOf } from '../../../test/support/usable-draft.ts';
import { PRESETS } from '../../presets/presets.ts';
import { fromLlmApikeyLb } from './from-llm-apikey-lb.ts';
import type { ImportDraft } from './import-draft.ts';

const OPENAI = 'https://api.openai.com/v1';
const GEMINI = 'https://generativelanguage.googleapis.com/v1beta/openai/';
let count = 0;

function keyRecord(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const id = `00000000-0000-4000-8000-${String((count += 1)).padStart(12, '0')}`;
  return {
    id,
    name: `key ${count}`,
    provider: 'openai',
    apiKey: `sk-old-${count}`,
    baseUrl: OPENAI,
    models: [],
    weight: 1,
    enabled: true,
    ...fields,
  };
}

function read(keys: readonly unknown[], rest: Readonly<Record<string, unknown>> = {}): ImportDraft {
  return fromLlmApikeyLb(JSON.stringify({ version: 1, rrIndex: 4, rrIndexByPool: { 'openai::any': 2 }, keys, ...rest }), PRESETS);
}

test('keys of one vendor and address become one pool, with weights, switches and models of their own', () => {
  const draft = read([
    keyRecord({ name: 'first', apiKey: 'sk-a', weight: 3 }),
    keyRecord({ name: 'second', apiKey: 'sk-b', enabled: false, models: ['gpt-4o'], baseUrl: `${OPENAI}/` }),
    keyRecord({ name: 'gem', provider: 'gemini', apiKey: 'AI-c', baseUrl: GEMINI, models: ['gemini-2.5-pro', 'gemini-2.5-flash'] }),
    keyRecord({ name: 'gem two', provider: 'gemini', apiKey: 'AI-d', baseUrl: GEMINI, models: ['gemini-2.5-pro'] }),
  ]);
  const [openai, gemini] = draft.providers;
  assert.deepEqual(openai, {
    id: 'openai-main',
    preset: 'openai',
    protocols: { 'openai-chat': OPENAI, 'openai-responses': OPENAI, 'openai-completions': OPENAI, 'openai-embeddings': OPENAI },
    keys: [
      { id: 'first', secret: 'sk-a', weight: 3, enabled: true },
      { id: 'second', secret: 'sk-b', weight: 1, enabled: false, models: ['gpt-4o'] },
    ],
  });
  assert.deepEqual(gemini?.models, ['gemini-2.5-pro', 'gemini-2.5-flash']);
  assert.deepEqual(gemini?.protocols, { 'openai-chat': GEMINI, 'openai-embeddings': GEMINI });
  assert.deepEqual(gemini?.keys?.[1], { id: 'gem-two', secret: 'AI-d', weight: 1, enabled: true, models: ['gemini-2.5-pro'] });
  const compiled = compileDraft(draft);
  assert.equal(compiled.providersById.size, 2);
  assert.equal(compiled.providers[0]?.keys.length, 2);
});

test('a vendor whose keys at one address take any model lists none at the other, so that no key is passed over', () => {
  const draft = read([keyRecord({}), keyRecord({ baseUrl: 'https://relay.test/v1', models: ['gpt-4o'] })]);
  assert.deepEqual(
    draft.providers.map(({ id, models, keys }) => ({ id, models, of: keys?.map((key) => (typeof key === 'string' ? key : key.models)) })),
    [
      { id: 'openai-main', models: undefined, of: [undefined] },
      { id: 'openai-relay-test', models: undefined, of: [['gpt-4o']] },
    ],
  );
  compileDraft(draft);
});

test('keys are read as that program reads them: without spaces, one pair of quotes and the word Bearer', () => {
  const draft = read([keyRecord({ apiKey: '  "Bearer sk-quoted"  ' }), keyRecord({ apiKey: "'sk-single'" })]);
  assert.deepEqual(
    draft.providers[0]?.keys?.map((key) => (typeof key === 'string' ? key : key.secret)),
    ['sk-quoted', 'sk-single'],
  );
});

test('weights are whole numbers from 1 to 1000, and what is changed is told', () => {
  const draft = read([0, -7, 1e12, 2.9, 'many', '12', null].map((weight) => keyRecord({ weight })));
  const weights = draft.providers[0]?.keys?.map((key) => (typeof key === 'string' ? null : key.weight));
  assert.deepEqual(weights, [1, 1, 1000, 2, 1, 12, 1]);
  const told = draft.notes.filter(({ message }) => message.startsWith('the weight'));
  assert.deepEqual(
    told.flatMap(({ where }) => where),
    ['keys[0]', 'keys[1]', 'keys[4]', 'keys[2]', 'keys[3]'],
  );
});

test('records that cannot be used are left out by name of their place, and the rest goes on', () => {
  const draft = read([
    keyRecord({ apiKey: '' }),
    keyRecord({ apiKey: 'sk with space' }),
    keyRecord({ baseUrl: 'ftp://x.test' }),
    keyRecord({ baseUrl: null }),
    keyRecord({ baseUrl: 'https://user:hunter2@x.test/v1' }),
    keyRecord({ baseUrl: 'http://169.254.169.254/v1' }),
    'not a record',
    null,
    keyRecord({ apiKey: 'sk-good' }),
    keyRecord({ apiKey: '"sk-good"' }),
  ]);
  assert.deepEqual(
    draft.providers.map(({ keys }) => keys?.length),
    [1],
  );
  const places = draft.notes.filter(({ subject, kind }) => subject === 'key' && kind === 'left-out').flatMap(({ where }) => where);
  assert.deepEqual(places.toSorted(), ['keys[0]', 'keys[1]', 'keys[2]', 'keys[3]', 'keys[4]', 'keys[5]', 'keys[6]', 'keys[7]', 'keys[9]']);
  assert.doesNotMatch(JSON.stringify(draft.notes), /hunter2|sk-good|sk with/u);
  compileDraft(draft);
});

test('unknown providers, unknown fields and a missing switch are told, never dropped', () => {
  const draft = read([keyRecord({ provider: 'Groq', region: 'eu', enabled: undefined, failures: 3, cooldownUntil: 99 })], { launcher: true });
  const words = wordsOf(draft);
  assert.match(words, /keys\[0\]: the provider "groq" is none of/u);
  assert.match(words, /keys\[0\]: the field "region" is not known/u);
  assert.match(words, /state: the field "launcher" is not known/u);
  assert.match(words, /keys\[0\]: not marked as enabled; switched off/u);
  assert.match(words, /cooldowns and dates are not carried/u);
  assert.match(words, /answered 401/u);
  assert.equal(draft.providers[0]?.preset, 'custom');
});

test('a second import of the same data gives the same, in whatever order the records stand', () => {
  const keys = [
    keyRecord({ name: 'Same name' }),
    keyRecord({ name: 'same-name' }),
    keyRecord({ name: '🔑🔑' }),
    keyRecord({ name: '日本' }),
    keyRecord({ name: 'x'.repeat(300) }),
    keyRecord({ name: 'sk-proj-abcdefghijklmnopqrstuvwxyz0123' }),
    keyRecord({ provider: 'custom', baseUrl: 'http://localhost:11434/v1', name: 'Same name' }),
  ];
  const [once, twice, turned] = [read(keys), read(keys), read(keys.toReversed())];
  assert.deepEqual(once, twice);
  const idsOf = (draft: ImportDraft): ReadonlySet<string> =>
    new Set(
      draft.providers.flatMap(({ id, keys: pool = [] }) => pool.map((key) => (typeof key === 'string' ? key : `${id}/${key.id} ${key.secret}`))),
    );
  assert.deepEqual(idsOf(once), idsOf(turned));
  const ids = once.providers[0]?.keys?.map((key) => (typeof key === 'string' ? '' : key.id)) ?? [];
  assert.equal(new Set(ids).size, 6);
  assert.equal(ids[1], 'same-name');
  assert.match(ids[0] ?? '', /^same-name-[0-9a-f]{8}$/u);
  assert.match(ids[2] ?? '', /^key-[0-9a-f]{8}$/u);
  assert.doesNotMatch(ids.join(' '), /abcdefgh/u);
  compileDraft(once);
});

test('what is no state file is refused without a word of it', () => {
  const broken = '{"keys":[{"apiKey":"sk-secret-1" oops';
  const others = ['', 'null', '[]', '{}', '{"keys":{}}', '{"keys":[{"name":"x"}]}', '{"providers":[{"id":"a"}]}', '"keys"'];
  for (const text of [broken, ...others]) {
    assert.throws(
      () => fromLlmApikeyLb(text, PRESETS),
      (error: Error) => /it is not the state\.json of llm-apikey-lb\. Nothing was imported/u.test(error.message) && !error.message.includes('secret'),
      text,
    );
  }
  assert.deepEqual(read([]).providers, []);
});

test('fields named __proto__ and constructor are fields like any other', () => {
  const text = `{"keys":[{"__proto__":{"apiKey":"sk-proto"},"constructor":1,"apiKey":"sk-own","baseUrl":"${OPENAI}","provider":"__proto__","enabled":true,"name":"__proto__","models":["__proto__"]}],"__proto__":{"x":1}}`;
  const draft = fromLlmApikeyLb(text, PRESETS);
  assert.equal(Object.hasOwn(Object.prototype, 'apiKey'), false);
  assert.deepEqual(draft.providers[0]?.models, ['__proto__']);
  assert.match(wordsOf(draft), /the field "__proto__" is not known/u);
  compileDraft(draft);
});

test('ten thousand keys are one pool, and a thousand bad ones one note', () => {
  const good = Array.from({ length: 10_000 }, (_, index) => keyRecord({ apiKey: `sk-many-${index}`, name: `key ${index % 7}` }));
  const bad = Array.from({ length: 1000 }, () => keyRecord({ apiKey: '' }));
  const draft = read([...good, ...bad]);
  assert.equal(draft.providers[0]?.keys?.length, 10_000);
  assert.equal(draft.notes.find(({ message }) => message.startsWith('no API key'))?.where.length, 1000);
  assert.ok(draft.notes.length < 10);
  assert.equal(compileDraft(draft).providers[0]?.keys.length, 10_000);
});
