import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderId, PublicModel, UpstreamModel, VirtualKeyHash } from '../domain/ids.ts';
import type { Preset, PresetCatalogue, PriceCatalogue } from '../domain/preset.ts';
import { compileSnapshot } from './compile-snapshot.ts';
import { DEFAULT_SETTINGS } from './compile-settings.ts';
import type { OutgoingProxy } from './outgoing-proxy.ts';
import type { GatewayConfig, ProviderConfig } from './schema/gateway-config-schema.ts';
import { secretDigest } from './secret-digest.ts';
import type { CompiledProvider, GatewaySnapshot } from './snapshot.ts';

const BEARER = { in: 'header', name: 'authorization', scheme: 'Bearer' } as const;
const X_API_KEY = { in: 'header', name: 'x-api-key' } as const;
const SOURCES: readonly Preset[] = [
  {
    id: 'vendor',
    label: 'Vendor',
    protocols: { 'openai-chat': 'https://api.vendor.test/v1', 'anthropic-messages': 'https://api.vendor.test/anthropic/v1' },
    auth: BEARER,
    authByProtocol: { 'anthropic-messages': X_API_KEY },
    headers: { 'X-Version': '1' },
    forwardHeaders: ['x-vendor'],
    family: 'openai',
    models: ['known-a', 'known-b'],
    failures: { outOfQuota: ['no money'] },
    streamUsage: false,
  },
  { id: 'custom', label: 'Custom', protocols: {}, auth: BEARER, authByProtocol: { 'anthropic-messages': X_API_KEY } },
  { id: 'ollama', label: 'Ollama', protocols: { 'openai-chat': 'http://127.0.0.1:11434/v1' }, auth: BEARER, local: true },
  { id: 'rest', label: 'REST', protocols: {}, auth: BEARER },
];
const PRESETS: PresetCatalogue = new Map(SOURCES.map((preset) => [preset.id, preset]));

const PRICES: PriceCatalogue = {
  version: 'list-1',
  find: (_, model) => (model === 'priced' ? { price: { input: 1, output: 2 }, contextTokens: 1000, maxOutputTokens: 100 } : undefined),
};

function compile(config: GatewayConfig, outgoingProxy: OutgoingProxy | null = null): GatewaySnapshot {
  return compileSnapshot(config, {
    presets: PRESETS,
    prices: PRICES,
    revision: 7,
    source: 'test',
    hashSecret: (secret) => secretDigest(secret) as VirtualKeyHash,
    outgoingProxy,
    freeze: true,
  });
}

function compileOne(provider: Partial<ProviderConfig>, outgoingProxy: OutgoingProxy | null = null): CompiledProvider {
  const [compiled] = compile({ providers: [{ id: 'a', preset: 'vendor', ...provider }] }, outgoingProxy).providers;
  return compiled ?? assert.fail('No provider was compiled.');
}

const publicModel = (name: string): PublicModel => name as PublicModel;

test('the preset fills what a provider leaves out', () => {
  const { priceOf: _, traitsOf: __, protocolOfModel: ___, ...provider } = compileOne({ keys: ['sk-1'] });
  assert.deepEqual(provider, {
    id: 'a',
    name: 'a',
    preset: 'vendor',
    family: 'openai',
    kind: 'llm',
    enabled: true,
    region: null,
    weight: 1,
    priority: 0,
    protocols: new Map([
      ['openai-chat', { origin: 'https://api.vendor.test', path: '/v1', href: 'https://api.vendor.test/v1' }],
      ['anthropic-messages', { origin: 'https://api.vendor.test', path: '/anthropic/v1', href: 'https://api.vendor.test/anthropic/v1' }],
    ]),
    dialects: new Map(),
    translateTo: null,
    auth: BEARER,
    authByProtocol: { 'anthropic-messages': X_API_KEY },
    headers: { 'x-version': '1' },
    forwardHeaders: new Set(['x-vendor']),
    models: new Map(),
    acceptsAnyModel: true,
    knownModels: ['known-a', 'known-b'],
    keys: [
      {
        id: `k-${secretDigest('sk-1').slice(0, 8)}`,
        index: 0,
        name: `k-${secretDigest('sk-1').slice(0, 8)}`,
        secret: 'sk-1',
        enabled: true,
        weight: 1,
        allows: null,
        limits: null,
      },
    ],
    poolStrategy: 'weighted',
    timeouts: { connectMs: 5000, firstByteMs: 600_000, streamFirstByteMs: 120_000, idleMs: 120_000, totalMs: 3_600_000 },
    failures: { outOfQuota: ['no money'], accountWide: [], modelForbidden: [], modelMissing: [], keyRejected: [] },
    streamUsage: false,
    allowPrivateNetwork: false,
    proxyUrl: null,
    verifyTls: true,
    rest: null,
  });
});

test('addresses of the operator replace all of the preset’s, so that no key reaches the vendor by a protocol that was left out', () => {
  const { protocols } = compileOne({ protocols: { 'openai-chat': 'https://relay.test' } });
  assert.deepEqual([...protocols], [['openai-chat', { origin: 'https://relay.test', path: '/v1', href: 'https://relay.test/v1' }]]);
});

test('an auth of the operator holds for every protocol', () => {
  const { auth, authByProtocol } = compileOne({ auth: { in: 'header', name: 'X-Key' } });
  assert.deepEqual(auth, { in: 'header', name: 'x-key' });
  assert.deepEqual(authByProtocol, {});
  assert.deepEqual(compileOne({ auth: { in: 'query', name: 'apiKey' } }).auth, { in: 'query', name: 'apiKey' });
});

test('header names are compared without case, and the operator’s value wins', () => {
  assert.deepEqual(compileOne({ headers: { 'x-VERSION': '2', 'X-More': 'm' } }).headers, { 'x-version': '2', 'x-more': 'm' });
  assert.deepEqual(compileOne({ forwardHeaders: ['OpenAI-Organization'] }).forwardHeaders, new Set(['x-vendor', 'openai-organization']));
});

test('pasted keys are cleaned, empty ones left out, and the order of the list is kept', () => {
  const { keys } = compileOne({
    keys: [' "sk-1" ', '', { id: 'second', secret: 'Bearer sk-2', weight: 0, enabled: false, models: ['gpt-4*'], limits: { concurrency: 2 } }],
  });
  assert.deepEqual(
    keys.map(({ id, index, secret, weight, enabled, limits }) => ({ id, index, secret, weight, enabled, limits })),
    [
      { id: `k-${secretDigest('sk-1').slice(0, 8)}`, index: 0, secret: 'sk-1', weight: 1, enabled: true, limits: null },
      { id: 'second', index: 1, secret: 'sk-2', weight: 0, enabled: false, limits: { concurrency: 2 } },
    ],
  );
  assert.equal(keys[1]?.allows?.('gpt-4o'), true);
  assert.equal(keys[1]?.allows?.('o3'), false);
});

test('an id made of a hash never takes one that the operator wrote', () => {
  const short = `k-${secretDigest('sk-1').slice(0, 8)}`;
  const { keys } = compileOne({ keys: ['sk-1', { id: short, secret: 'sk-2' }] });
  assert.deepEqual(
    keys.map(({ id }) => id),
    [`k-${secretDigest('sk-1').slice(0, 16)}`, short],
  );
});

test('a provider without a usable key compiles and is shown', () => {
  assert.deepEqual(compileOne({ keys: [''] }).keys, []);
});

test('a service of one’s own network works without a key', () => {
  for (const provider of [
    { preset: 'ollama' },
    { preset: 'ollama', protocols: { 'openai-chat': 'http://ollama:11434/v1' } },
    { preset: 'custom', protocols: { 'openai-chat': 'http://10.0.0.5/v1' } },
  ]) {
    const { keys, allowPrivateNetwork } = compileOne(provider);
    assert.deepEqual(
      keys.map(({ id, secret }) => ({ id, secret })),
      [{ id: 'no-key', secret: '' }],
    );
    assert.equal(allowPrivateNetwork, true);
  }
  assert.equal(compileOne({ preset: 'ollama', keys: ['sk-1'] }).keys[0]?.secret, 'sk-1');
  assert.equal(compileOne({ preset: 'ollama', allowPrivateNetwork: false }).allowPrivateNetwork, false);
});

test('a public name is no address of one’s own network, also beside a private one', () => {
  const { keys, allowPrivateNetwork } = compileOne({
    preset: 'custom',
    protocols: { 'openai-chat': 'http://10.0.0.5/v1', 'anthropic-messages': 'https://x.test/v1' },
  });
  assert.deepEqual(keys, []);
  assert.equal(allowPrivateNetwork, false);
});

test('a wait for answers holds for streams unless they have one of their own', () => {
  assert.equal(compileOne({ timeouts: { firstByteMs: 300_000 } }).timeouts.streamFirstByteMs, 300_000);
  assert.equal(compileOne({ timeouts: { firstByteMs: 300_000, streamFirstByteMs: 5 } }).timeouts.streamFirstByteMs, 5);
  assert.equal(compileOne({ timeouts: { idleMs: 9 } }).timeouts.firstByteMs, 600_000);
});

test('models are priced by the operator, else by the bundled list, else not at all', () => {
  const { models, acceptsAnyModel } = compileOne({
    models: ['priced', { name: 'mine', upstream: 'priced', price: { input: 9 }, maxOutputTokens: 5, capabilities: ['tools'] }, 'unknown'],
  });
  assert.deepEqual(models.get(publicModel('priced')), {
    publicModel: 'priced',
    upstreamModel: 'priced',
    contextTokens: 1000,
    maxOutputTokens: 100,
    price: { input: 1, output: 2 },
    priceVersion: 'list-1',
  });
  assert.deepEqual(models.get(publicModel('mine')), {
    publicModel: 'mine',
    upstreamModel: 'priced',
    contextTokens: 1000,
    maxOutputTokens: 5,
    capabilities: new Set(['tools']),
    price: { input: 9 },
    priceVersion: 'config',
  });
  assert.deepEqual(models.get(publicModel('unknown')), { publicModel: 'unknown', upstreamModel: 'unknown' });
  assert.equal(acceptsAnyModel, false);
});

test('a star among models accepts any name besides the listed ones', () => {
  const { models, acceptsAnyModel } = compileOne({ models: ['*', 'm'] });
  assert.equal(acceptsAnyModel, true);
  assert.deepEqual([...models.keys()], ['m']);
});

test('models that no list holds are priced on demand, but never those of a local service', () => {
  const priced = 'priced' as UpstreamModel;
  assert.deepEqual(compileOne({}).priceOf(priced), { price: { input: 1, output: 2 }, priceVersion: 'list-1', maxOutputTokens: 100 });
  assert.equal(compileOne({}).priceOf('unknown' as UpstreamModel), null);
  assert.equal(compileOne({ preset: 'ollama' }).priceOf(priced), null);
});

test('a provider of kind rest has a target and no models', () => {
  const provider = compileOne({
    preset: 'rest',
    auth: { in: 'query', name: 'appid' },
    keys: ['w'],
    rest: { targetUrl: 'https://api.example.com/v2/', methods: ['GET'] },
  });
  assert.deepEqual(provider.rest, {
    methods: ['GET'],
    target: { origin: 'https://api.example.com', path: '/v2', href: 'https://api.example.com/v2' },
  });
  assert.deepEqual([provider.kind, provider.acceptsAnyModel, provider.protocols.size], ['rest', false, 0]);
  assert.deepEqual(compileOne({ preset: 'rest', rest: { targetUrl: 'https://x.test' } }).rest, {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    target: { origin: 'https://x.test', path: '', href: 'https://x.test' },
  });
});

test('HTTPS_PROXY serves public https providers without a proxy of their own', () => {
  const proxy: OutgoingProxy = { url: 'http://proxy:3128', except: ['.excepted.test'] };
  assert.equal(compileOne({}, proxy).proxyUrl, 'http://proxy:3128');
  assert.equal(compileOne({ proxyUrl: 'http://own:1' }, proxy).proxyUrl, 'http://own:1');
  assert.equal(compileOne({ preset: 'ollama' }, proxy).proxyUrl, null);
  assert.equal(compileOne({ protocols: { 'openai-chat': 'https://a.excepted.test' } }, proxy).proxyUrl, null);
});

test('offers and open providers follow priority and then the order of the file, and leave out what cannot serve', () => {
  const snapshot = compile({
    providers: [
      { id: 'late', preset: 'vendor', priority: 5, models: ['m'] },
      { id: 'first', preset: 'vendor', models: ['m', 'n'] },
      { id: 'second', preset: 'vendor', models: ['m'] },
      { id: 'off', preset: 'vendor', enabled: false, models: ['m'] },
      { id: 'open-late', preset: 'vendor', priority: 1 },
      { id: 'open', preset: 'vendor' },
      { id: 'rest', preset: 'rest', rest: { targetUrl: 'https://x.test' } },
    ],
  });
  assert.deepEqual(
    snapshot.providers.map(({ id }) => id),
    ['first', 'second', 'off', 'open', 'rest', 'open-late', 'late'],
  );
  assert.deepEqual(
    snapshot.offers.get(publicModel('m'))?.map(({ provider }) => provider.id),
    ['first', 'second', 'late'],
  );
  assert.deepEqual([...snapshot.offers.keys()], ['m', 'n']);
  assert.deepEqual(
    snapshot.openProviders.map(({ id }) => id),
    ['open', 'open-late'],
  );
  assert.equal(snapshot.providersById.get('off' as ProviderId)?.enabled, false);
  assert.deepEqual([snapshot.revision, snapshot.source], [7, 'test']);
});

test('callers are found by the hash of their secret, written in the clear or as the hash', () => {
  const hash = secretDigest('hg-two');
  const { callers } = compile({
    providers: [{ id: 'a', preset: 'vendor' }],
    virtualKeys: [
      { id: 'one', secret: 'hg-one' },
      {
        id: 'two',
        name: 'Two',
        secretHash: `sha256:${hash}`,
        enabled: false,
        models: ['gpt-4*'],
        providers: ['a'],
        limits: { requestsPerSecond: 0 },
        expiresAt: '2027-01-01',
        allowFrom: ['10.0.0.0/8'],
        share: 3,
      },
    ],
  });
  assert.deepEqual(callers.get(secretDigest('hg-one') as VirtualKeyHash), {
    id: 'one',
    name: 'one',
    enabled: true,
    allowsModel: null,
    providers: null,
    limits: null,
    expiresAtMs: null,
    allowsAddress: null,
    share: 1,
  });
  const two = callers.get(hash as VirtualKeyHash);
  assert.equal(two?.name, 'Two');
  assert.equal(two.enabled, false);
  assert.equal(two.allowsModel?.('gpt-4o'), true);
  assert.equal(two.allowsModel?.('o3'), false);
  assert.deepEqual(two.providers, new Set(['a']));
  assert.deepEqual(two.limits, { requestsPerSecond: 0 });
  assert.equal(two.expiresAtMs, Date.UTC(2027, 0, 1));
  assert.equal(two.allowsAddress?.('::ffff:10.1.1.1'), true);
  assert.equal(two.share, 3);
});

test('settings have defaults, also inside their groups', () => {
  assert.deepEqual(compile({}).settings, DEFAULT_SETTINGS);
  const { settings } = compile({ settings: { maxAttempts: 2, breaker: { inARow: 9 }, prices: { source: 'bundled' } } });
  assert.deepEqual(settings, { ...DEFAULT_SETTINGS, maxAttempts: 2, breaker: { ...DEFAULT_SETTINGS.breaker, inARow: 9 } });
});

test('a frozen snapshot refuses every writer', () => {
  const snapshot = compile({ providers: [{ id: 'a', preset: 'vendor', keys: ['sk-1'], models: ['m'] }] });
  const provider = snapshot.providers[0] as unknown as { weight: number; models: Map<string, unknown> };
  assert.throws(() => {
    provider.weight = 2;
  }, TypeError);
  assert.throws(() => provider.models.clear(), /compile a new one/u);
  assert.throws(() => {
    (snapshot.settings.breaker as { share: number }).share = 1;
  }, TypeError);
});

test('ten thousand virtual keys and a thousand provider keys compile within 300 ms', () => {
  const config: GatewayConfig = {
    providers: Array.from({ length: 50 }, (_, place) => ({
      id: `p${place}`,
      preset: 'vendor',
      models: ['m'],
      keys: Array.from({ length: 20 }, (__, key) => ({ secret: `sk-${place}-${key}`, models: ['gpt-4*'] })),
    })),
    virtualKeys: Array.from({ length: 10_000 }, (_, place) => ({
      id: `v${place}`,
      secret: `hg-${place}`,
      models: ['gpt-4*'],
      allowFrom: ['10.0.0.0/8'],
    })),
  };
  const started = performance.now();
  const { callers } = compileSnapshot(config, {
    presets: PRESETS,
    prices: PRICES,
    revision: 1,
    source: 'test',
    hashSecret: (secret) => secretDigest(secret) as VirtualKeyHash,
  });
  assert.ok(performance.now() - started < 300);
  assert.equal(callers.size, 10_000);
});
