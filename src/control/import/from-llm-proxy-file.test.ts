import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDraft, wordsOf } from '../../../test/support/usable-draft.ts';
import { PRESETS } from '../../presets/presets.ts';
import { hashToken } from '../../security/hash-token.ts';
import { fromLlmProxyFile } from './from-llm-proxy-file.ts';
import type { ImportDraft } from './import-draft.ts';

const FILE = `
providers:
  - name: main
    api_base: https://api.openai.com/v1
    api_key: \${UPSTREAM_KEY:-sk-default}
    weight: 3
    model_mapping: { gpt-4o: gpt-4o-2024-08-06, fast: { mapped_model: gpt-4o-mini, max_output_tokens: 16384, input_cost_per_1k_tokens: 0.00015, output_cost_per_1k_tokens: 0.0006, supports_vision: true } }
  - { name: Relay Zwei, api_base: https://relay.test/v1, api_key: sk-relay, enabled: false }
master_keys:
  - { name: Production Key, key: mk-prod, rate_limit: { requests_per_second: 100, burst_size: 150 } }
  - { name: Blocked, key: mk-blocked, rate_limit: { requests_per_second: 0, burst_size: 0 } }
  - { name: Open, key: mk-open, enabled: false, allowed_models: ["gpt-4*", "fast"] }
server: { host: 0.0.0.0, port: 18000 }
request_timeout_secs: 90
verify_ssl: false
`;

function read(text: string, environment: Readonly<Record<string, string>> = {}): ImportDraft {
  return fromLlmProxyFile(text, environment, PRESETS);
}

test('the file becomes providers and virtual keys whose old secrets stay valid, kept as hashes', () => {
  const draft = read(FILE, { UPSTREAM_KEY: 'sk-from-variable' });
  assert.deepEqual(
    draft.providers.map(({ id, weight, enabled, keys, models, verifyTls, timeouts }) => ({ id, weight, enabled, keys, models, verifyTls, timeouts })),
    [
      {
        id: 'main',
        weight: 3,
        enabled: true,
        keys: ['sk-from-variable'],
        models: [
          { name: 'gpt-4o', upstream: 'gpt-4o-2024-08-06' },
          { name: 'fast', upstream: 'gpt-4o-mini', maxOutputTokens: 16384, price: { input: 0.15, output: 0.6 } },
        ],
        verifyTls: false,
        timeouts: { firstByteMs: 90_000, idleMs: 90_000 },
      },
      {
        id: 'relay-zwei',
        weight: 1,
        enabled: false,
        keys: ['sk-relay'],
        models: undefined,
        verifyTls: false,
        timeouts: { firstByteMs: 90_000, idleMs: 90_000 },
      },
    ],
  );
  assert.deepEqual(draft.virtualKeys, [
    {
      id: 'production-key',
      name: 'Production Key',
      secretHash: `sha256:${hashToken('mk-prod')}`,
      enabled: true,
      limits: { requestsPerSecond: 100, burst: 150 },
    },
    { id: 'blocked', name: 'Blocked', secretHash: `sha256:${hashToken('mk-blocked')}`, enabled: true, limits: { requestsPerSecond: 0, burst: 0 } },
    { id: 'open', name: 'Open', secretHash: `sha256:${hashToken('mk-open')}`, enabled: false, models: ['gpt-4*', 'fast'] },
  ]);
  const compiled = compileDraft(draft);
  assert.equal(compiled.callers.get(hashToken('mk-prod'))?.id, 'production-key');
  const words = wordsOf(draft);
  assert.match(words, /server: host and port are those of this gateway/u);
  assert.match(words, /the field "supports_vision" is not known/u);
  assert.match(words, /certificates of the imported providers are not checked/u);
  assert.doesNotMatch(JSON.stringify(draft.notes), /mk-|sk-/u);
  assert.deepEqual(read(FILE, { UPSTREAM_KEY: 'sk-from-variable' }), draft);
});

test('a record that cannot be used is left out, and the rest goes on', () => {
  const draft = read(`
providers:
  - { name: a, api_base: "ftp://x.test", api_key: sk-a }
  - { name: b, api_base: "https://b.test/v1", api_key: "\${NOT_SET}" }
  - { name: c, api_base: "https://c.test/v1", api_key: sk-c, weight: -2, colour: red }
  - just text
  - { name: d, api_base: "https://d.test/v1", api_key: sk-d, model_mapping: { "gpt-*": gpt-4o, "": x } }
  - { name: e, api_base: "https://api.anthropic.com", api_key: sk-e, provider_type: anthropic }
  - { name: f, api_base: "https://f.test/v1", api_key: sk-f, provider_type: gcp-vertex }
master_keys:
  - { name: twice, key: mk-same }
  - { name: again, key: mk-same }
  - { name: none }
  - { name: patterns, key: mk-patterns, allowed_models: ["gpt-(4|5)"] }
  - { name: odd, key: mk-odd, rate_limit: { requests_per_second: plenty } }
`);
  const compiled = compileDraft(draft);
  assert.deepEqual(
    draft.providers.map(({ id, enabled, weight }) => ({ id, enabled, weight })),
    [
      { id: 'c', enabled: true, weight: 0 },
      { id: 'd', enabled: false, weight: 1 },
      { id: 'e', enabled: true, weight: 1 },
      { id: 'f', enabled: false, weight: 1 },
    ],
  );
  assert.equal(compiled.providersById.get('e' as never)?.protocols.get('anthropic-messages')?.href, 'https://api.anthropic.com/v1');
  assert.deepEqual(
    draft.virtualKeys.map(({ id, enabled, models, limits }) => ({ id, enabled, models, limits })),
    [
      { id: 'twice', enabled: true, models: undefined, limits: undefined },
      { id: 'patterns', enabled: false, models: undefined, limits: undefined },
      { id: 'odd', enabled: true, models: undefined, limits: { requestsPerSecond: 0, burst: 0 } },
    ],
  );
  const words = wordsOf(draft);
  assert.match(words, /providers\[0\]: must be a URL that begins with http/u);
  assert.match(words, /providers\[1\]\.api_key: the environment variable NOT_SET is not set/u);
  assert.match(words, /the field "colour" is not known/u);
  assert.match(words, /virtual key again: repeats the secret of virtualKeys\[0\]; left out/u);
  assert.doesNotMatch(words, /mk-|sk-/u);
});

test('later files, with credentials, are read too', () => {
  const draft = read('providers: [{ name: a, api_base: "https://a.test/v1", api_key: sk-a }]\ncredentials: [{ credential_key: ck-1, name: Team }]');
  assert.deepEqual(draft.virtualKeys, [{ id: 'team', name: 'Team', secretHash: `sha256:${hashToken('ck-1')}`, enabled: true }]);
});

test('a file without master keys opens nothing and says so', () => {
  const draft = read('providers: [{ name: a, api_base: "https://a.test/v1", api_key: sk-a }]');
  assert.match(wordsOf(draft), /answered 401 unless ALLOW_ANONYMOUS=true/u);
});

test('what is no config.yaml of llm-proxy is refused whole', () => {
  for (const text of ['', 'hello', '[]', 'providers: [{ id: a, preset: openai }]', 'keys: []', 'providers: [', 'a: &x [*x]', '"\\u0000']) {
    assert.throws(() => read(text), { name: 'OperationError', code: 'invalid_request' }, text);
  }
  assert.throws(
    () => read('master_keys: [{ key: mk-secret }\n  : :'),
    (error: Error) => !error.message.includes('mk-secret'),
  );
});
