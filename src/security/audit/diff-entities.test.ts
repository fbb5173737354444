import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redactor } from '../redactor.ts';
import { diffEntities } from './diff-entities.ts';

const REDACTOR = new Redactor();

/** Every piece of a canary that is long enough to be of use. */
function holds(text: string, canary: string): boolean {
  return Array.from({ length: canary.length - 7 }, (_, at) => canary.slice(at, at + 8)).some((piece) => text.includes(piece));
}

function changesOf(before: unknown, after: unknown): readonly unknown[] {
  return diffEntities(before, after, REDACTOR).changes;
}

const PROVIDER = {
  id: 'openai-main',
  weight: 1,
  protocols: { 'openai-chat': 'https://api.example.com/v1' },
  models: ['gpt-4o', { name: 'gpt-4o-mini', contextTokens: 128_000 }],
  keys: [
    { id: 'k1', secret: 'first-secret', weight: 1, limits: { tokensPerMinute: 1000 } },
    { id: 'k2', secret: 'second-secret', enabled: true },
  ],
};

test('a change names the field, what it was and what it is', () => {
  const after = structuredClone(PROVIDER);
  after.weight = 5;
  after.keys[0]!.limits!.tokensPerMinute = 2000;
  assert.deepEqual(changesOf(PROVIDER, after), [
    { path: 'weight', before: 1, after: 5 },
    { path: 'keys[k1].limits.tokensPerMinute', before: 1000, after: 2000 },
  ]);
  assert.deepEqual(changesOf(PROVIDER, structuredClone(PROVIDER)), []);
});

test('a changed secret is told as changed, and neither side is shown', () => {
  const after = structuredClone(PROVIDER);
  after.keys[1]!.secret = 'third-secret';
  assert.deepEqual(changesOf(PROVIDER, after), [{ path: 'keys[k2].secret', before: '[secret]', after: '[secret]' }]);
});

test('one sees whether a secret was set or taken away', () => {
  assert.deepEqual(changesOf({ password: '' }, { password: 'x' }), [{ path: 'password', before: '', after: '[secret]' }]);
  assert.deepEqual(changesOf({ password: 'x' }, { password: null }), [{ path: 'password', before: '[secret]', after: null }]);
  assert.deepEqual(changesOf({ password: 'x' }, {}), [{ path: 'password', before: '[secret]', after: undefined }]);
});

test('elements are told apart by their ids; a new order is a change', () => {
  const [k1, k2] = PROVIDER.keys;
  assert.deepEqual(changesOf({ keys: [k1, k2] }, { keys: [k2] }), [
    { path: 'keys[k1]', before: { id: 'k1', secret: '[secret]', weight: 1, limits: { tokensPerMinute: 1000 } }, after: undefined },
  ]);
  assert.deepEqual(changesOf({ keys: [k1, k2] }, { keys: [k2, k1] }), [{ path: 'keys[order]', before: ['k1', 'k2'], after: ['k2', 'k1'] }]);
});

test('lists of names are shown whole, lists of bare keys are masked', () => {
  assert.deepEqual(changesOf({ models: ['a'] }, { models: ['b', 'a'] }), [{ path: 'models', before: ['a'], after: ['b', 'a'] }]);
  assert.deepEqual(changesOf({ keys: ['one-key'] }, { keys: ['one-key', { id: 'k', secret: 'x' }] }), [
    { path: 'keys', before: ['[secret]'], after: ['[secret]', { id: 'k', secret: '[secret]' }] },
  ]);
});

test('what is made and what is deleted is told whole, masked', () => {
  const masked = { id: 'team-a', secretHash: '[secret]', limits: { tokensPerMinute: 5 } };
  const made = { id: 'team-a', secretHash: `sha256:${'ab'.repeat(32)}`, limits: { tokensPerMinute: 5 } };
  assert.deepEqual(changesOf(undefined, made), [{ path: '', before: undefined, after: masked }]);
  assert.deepEqual(changesOf(made, undefined), [{ path: '', before: masked, after: undefined }]);
});

test('no canary gets out by the name of its field, however the name is written and wherever it stands', () => {
  const canary = 'kanarienvogel';
  const names =
    'secret Secret clientSecret client_secret secretHash secret_access_key password passwordHash adminPassword db-password passwd passphrase token ' +
    'accessToken refresh_token session-token apiKey api_key APIKEY apikeys x-api-key x-goog-api-key authorization Authorization proxy-authorization ' +
    'cookie set-cookie credentials privateKey private_key key keys masterKey key_value jwt otp totp dsn auth bearer signature recoveryCodes ' +
    'serviceAccount connectionString adminToken globalProxyKeys';
  for (const name of names.split(' ')) {
    const forms: unknown[] = [canary, [canary], [[canary]]];
    for (const form of forms) {
      for (const entity of [{ [name]: form }, { deep: [{ er: { [name]: form } }] }, { headers: { [name]: form } }]) {
        for (const diff of [changesOf(undefined, entity), changesOf(entity, {}), changesOf(entity, { ...entity, more: 1 }), changesOf({}, entity)]) {
          assert.ok(!JSON.stringify(diff).includes(canary), `${name} ${JSON.stringify(diff)}`);
        }
      }
    }
  }
  for (const name of ['password', 'secret', 'credentials', 'serviceAccount']) {
    assert.ok(!JSON.stringify(changesOf({}, { [name]: { inner: canary, number: 87_654_321 } })).match(/kanarien|87654321/u), name);
    const changed = changesOf(
      { [name]: { inner: 'x', list: [{ id: 'a', more: 1 }] } },
      { [name]: { inner: canary, list: [{ id: 'a', more: 87_654_321 }] } },
    );
    assert.deepEqual(changed, [{ path: name, before: '[secret]', after: '[secret]' }]);
  }
});

test('no canary gets out by its shape, in whatever field or sentence it stands', () => {
  const canaries = [
    'sk-proj-kanarienvogel0123',
    'AIzaSyKanarienvogel0123456789',
    'ghp_Kanarienvogel0123456789',
    'AKIAKANARIENVOGEL012',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJrYW5hcmllIn0.c2lnbmF0dXJl',
    'sealed:v1:0123456789abcdef:S2FuYXJpZW52b2dlbA',
    '$argon2id$v=19$m=19456,t=2,p=1$S2FuYXJpZW4$dm9nZWxrYW5hcmllbnZvZ2Vs',
    `sha256:${'c0ffee'.repeat(11).slice(0, 64)}`,
    '-----BEGIN PRIVATE KEY-----\nS2FuYXJpZW52b2dlbA\n-----END PRIVATE KEY-----',
    'Kanarienvogel0Kanarienvogel1',
  ];
  for (const canary of canaries) {
    for (const entity of [
      { note: canary },
      { note: `use ${canary} here` },
      { url: `https://a.example/?x=${canary}` },
      { params: { set: { any: [canary] } } },
      { [canary]: 1 },
      { list: [{ id: canary }] },
    ]) {
      for (const diff of [changesOf(undefined, entity), changesOf({ list: [] }, entity), changesOf(entity, { note: '' })]) {
        assert.ok(!holds(JSON.stringify(diff), canary), JSON.stringify(diff));
      }
    }
  }
});

test('passwords in addresses, constant headers and parameters, and other header values that look like credentials, are masked', () => {
  const diff = changesOf(
    {},
    {
      proxyUrl: 'http://user:kanarie@proxy.example:3128',
      rest: { headers: { request: { 'x-deep': ['c0ffee00c0ffee00c0ffee00'] } } },
      headers: { 'x-extra': 'plain words' },
      query: { team: 'kanarie', none: '' },
    },
  );
  assert.deepEqual(diff, [
    { path: 'proxyUrl', before: undefined, after: 'http://[redacted]@proxy.example:3128' },
    { path: 'rest', before: undefined, after: { headers: { request: { 'x-deep': ['[secret]'] } } } },
    { path: 'headers', before: undefined, after: { 'x-extra': '[secret]' } },
    { path: 'query', before: undefined, after: { team: '[secret]', none: '' } },
  ]);
});

test('a changed constant header is told without its values', () => {
  assert.deepEqual(changesOf({ headers: { a: 'one', b: 'same' } }, { headers: { a: 'two', b: 'same' } }), [
    { path: 'headers.a', before: '[secret]', after: '[secret]' },
  ]);
});

test('live secrets are known whatever they look like', () => {
  const redactor = new Redactor();
  redactor.setSecrets(['korrekt pferd']);
  assert.deepEqual(diffEntities({}, { note: 'it is korrekt pferd' }, redactor).changes, [
    { path: 'note', before: undefined, after: 'it is [redacted]' },
  ]);
});

test('what is no secret is shown: models, limits, addresses, ids, prompts', () => {
  const entity = {
    id: 'team-a',
    models: ['gpt-4o-2024-08-06', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', 'anthropic.claude-sonnet-4-20250514-v1:0'],
    limits: { tokensPerMinute: 5, maxTokens: 7, keys: 3, token: 1 },
    virtualKeyId: '0198c0de-1234-7abc-8def-0123456789ab',
    targetUrl: 'https://api.example.com/v2/some/long/path?version=2026-10-01',
    template: 'Today is {{date}}.\n\n{{user_prompt}}',
    expiresAt: '2027-01-01T00:00:00Z',
    allowFrom: ['10.0.0.0/8', '2001:db8::/32'],
  };
  assert.deepEqual(changesOf(undefined, entity), [{ path: '', before: undefined, after: entity }]);
});

test('long texts, deep nesting, many changes and names of prototypes are kept in bounds', () => {
  const [long] = changesOf({}, { note: 'word '.repeat(1000) }) as { readonly after: string }[];
  assert.match(long!.after, /^.{1000}… \(5000 characters\)$/u);
  let deep: unknown = 'kanarie';
  for (let depth = 0; depth < 5000; depth += 1) deep = { a: deep };
  assert.ok(JSON.stringify(changesOf(undefined, deep)).length < 1000);
  const many = Object.fromEntries(Array.from({ length: 700 }, (_, index) => [`f${index}`, index]));
  const diff = diffEntities({}, many, REDACTOR);
  assert.deepEqual([diff.changes.length, diff.omitted], [500, 200]);
  const hostile = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1}') as object;
  assert.deepEqual(
    changesOf({}, hostile).map((change) => (change as { readonly path: string }).path),
    ['__proto__', 'constructor'],
  );
  assert.equal(({} as { readonly isAdmin?: boolean }).isAdmin, undefined);
});
