import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Preset, PresetCatalogue } from '../domain/preset.ts';
import { ConfigError } from './config-error.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { readYamlConfig } from './yaml-source.ts';

const BEARER = { in: 'header', name: 'authorization', scheme: 'Bearer' } as const;
const PRESETS: PresetCatalogue = new Map(
  [
    { id: 'openai', label: 'OpenAI', protocols: { 'openai-chat': 'https://api.openai.com/v1' }, auth: BEARER },
    { id: 'custom', label: 'Custom', protocols: {}, auth: BEARER },
    { id: 'rest', label: 'REST', protocols: {}, auth: BEARER },
  ].map((preset): [string, Preset] => [preset.id, preset]),
);

function read(text: string, environment: Record<string, string> = {}): LoadedConfig {
  return readYamlConfig(text, { source: 'headgate.yaml', environment, presets: PRESETS });
}

function messageOf(text: string, environment: Record<string, string> = {}): string {
  try {
    read(text, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return assert.fail('The configuration was accepted.');
}

/** One provider that is right, with more lines. */
function withProvider(...lines: readonly string[]): string {
  return ['providers:', '  - id: main', '    preset: openai', ...lines.map((line) => `    ${line}`)].join('\n');
}

test('the smallest file works', () => {
  const { config, source, warnings } = read(withProvider('keys: ["${K1}", "${K2}"]'), { K1: 'sk-1', K2: 'sk-2' });
  assert.deepEqual(config, { providers: [{ id: 'main', preset: 'openai', keys: ['sk-1', 'sk-2'] }] });
  assert.equal(source, 'headgate.yaml');
  assert.deepEqual(warnings, []);
});

test('an empty file, or one with commented-out lists, is an empty configuration', () => {
  assert.deepEqual(read('').config, {});
  assert.deepEqual(read('# nothing\n').config, {});
  assert.deepEqual(read('providers:\n#  - id: a\nsettings:\n').config, {});
});

test('every accepted field of a provider passes', () => {
  const text = `
providers:
  - id: openai-main
    name: OpenAI main
    preset: openai
    kind: llm
    enabled: true
    region: eu
    weight: 1
    priority: 0
    protocols: { openai-chat: https://api.openai.com/v1, openai-responses: https://api.openai.com/v1 }
    auth: { in: header, name: authorization, scheme: Bearer }
    headers: { x-extra: value }
    forwardHeaders: [openai-organization]
    models:
      - gpt-4o-mini
      - { name: gpt-4o, upstream: gpt-4o-2024-08-06, contextTokens: 128000, maxOutputTokens: 16384,
          price: { input: 2.5, output: 10, cacheRead: 1.25 }, capabilities: [tools, images, jsonSchema] }
    keys:
      - { id: k1, secret: sk-1, weight: 3, enabled: true, models: ["gpt-4o*"],
          limits: { requestsPerMinute: 60, tokensPerMinute: 100000, requestsPerDay: 1000, concurrency: 8 } }
      - sk-2
    pool: { strategy: weighted }
    timeouts: { connectMs: 5000, firstByteMs: 300000, idleMs: 120000, totalMs: 1800000 }
    proxyUrl: http://proxy:3128
    allowPrivateNetwork: false
    verifyTls: true
    streamUsage: true
  - id: weather
    kind: rest
    auth: { in: query, name: appid }
    keys: [w-1]
    rest: { methods: [GET, POST], targetUrl: https://api.example.com/v2 }
virtualKeys:
  - id: team-a
    name: Team A
    secret: hg-secret
    enabled: true
    models: ["gpt-4*", fast]
    providers: [openai-main]
    limits: { requestsPerSecond: 10, burst: 20, requestsPerMinute: 300, requestsPerDay: 10000, tokensPerMinute: 200000, concurrency: 16 }
    expiresAt: 2027-01-01T00:00:00Z
    allowFrom: ["10.0.0.0/8"]
    share: 2
settings:
  allowAnonymous: false
  maxWaitMs: 10000
  retentionDays: { exchanges: 30, bodies: 3 }
  prices: { source: bundled }
`;
  const { config } = read(text);
  assert.equal(config.providers?.length, 2);
  assert.equal(config.virtualKeys?.[0]?.share, 2);
});

test('fields of later features are refused instead of being accepted and doing nothing', () => {
  for (const field of ['routes: []', 'promptRules: []', 'healthTargets: []'])
    assert.match(messageOf(field), /^headgate\.yaml:1:1 \w+: unknown field/u);
  for (const field of ['budgets: []', 'logBodies: true'])
    assert.match(messageOf(`virtualKeys:\n  - { id: a, secret: hg-1, ${field} }`), /unknown field/u);
  assert.match(messageOf('settings: { persistentMonitoring: true }'), /settings\.persistentMonitoring: unknown field/u);
  assert.match(messageOf(withProvider('isolateInjectedPrompt: { instructions: x }')), /unknown field/u);
});

test('a misspelt field is told with its line, its column and what was meant', () => {
  assert.equal(messageOf(withProvider('keyz: [a]')), 'headgate.yaml:4:5 providers[0].keyz: unknown field "keyz", did you mean "keys"?');
});

test('all problems of the shape are told at once, in the order of the file', () => {
  const message = messageOf(
    withProvider('keys:', '  - { secret: sk-1, weight: -1 }', '  - { secret: sk-2, wieght: 1 }', 'enabled: maybe', 'pool: { strategy: wieghted }'),
  );
  assert.deepEqual(message.split('\n'), [
    'headgate.yaml:5:33 providers[0].keys[0].weight: must be 0 or more.',
    'headgate.yaml:6:25 providers[0].keys[1].wieght: unknown field "wieght", did you mean "weight"?',
    'headgate.yaml:7:14 providers[0].enabled: must be true or false.',
    'headgate.yaml:8:23 providers[0].pool.strategy: must be weighted, fill-first, least-busy, most-headroom or sticky, did you mean "weighted"?',
  ]);
});

test('numbers and flags may come from variables, plain texts may not stand for them', () => {
  const { config } = read(withProvider('weight: ${W}', 'enabled: ${E:-false}', 'region: ${R}'), { W: '2.5', R: '7' });
  assert.deepEqual(config.providers?.[0], { id: 'main', preset: 'openai', weight: 2.5, enabled: false, region: '7' });
  assert.match(messageOf(withProvider('weight: "2.5"')), /must be a number/u);
  assert.match(messageOf(withProvider('weight: ${W}'), { W: 'heavy' }), /must be a number/u);
});

const REFERENCE_PROBLEMS: readonly (readonly [name: string, text: string, expected: RegExp])[] = [
  [
    'a preset that does not exist',
    'providers:\n  - { id: a, preset: opnai }',
    /:2:22 providers\[0\]\.preset: unknown preset "opnai", did you mean "openai"\?/u,
  ],
  [
    'two providers of one id',
    'providers:\n  - { id: a, preset: openai }\n  - { id: a, preset: openai }',
    /:3:11 providers\[1\]\.id: repeats the id of providers\[0\]/u,
  ],
  ['two keys of one id', withProvider('keys: [{ id: k, secret: s1 }, { id: k, secret: s2 }]'), /keys\[1\]\.id: repeats the id of keys\[0\]/u],
  ['the same key twice', withProvider('keys: [sk-1, "Bearer sk-1"]'), /keys\[1\]: repeats the secret of keys\[0\]/u],
  ['a key of two lines', withProvider('keys: ["sk-1\\nx-evil: 1"]'), /keys\[0\]: must be one word of visible ASCII/u],
  [
    'the same public model twice',
    withProvider('models: [m, { name: m, upstream: n }]'),
    /models\[1\]\.name: repeats the public model of models\[0\]/u,
  ],
  ['a glob as a model', withProvider('models: ["gpt-*"]'), /models\[0\]: must be one name/u],
  ['an empty list of models', withProvider('models: []'), /models: must not be an empty list; leave the field out instead/u],
  ['a slug with signs', 'providers:\n  - { id: Open AI, preset: openai }', /providers\[0\]\.id: must be a slug/u],
  [
    'a custom provider without address',
    'providers:\n  - { id: a }',
    /providers\[0\]: needs the field "protocols", because the preset custom has no address/u,
  ],
  [
    'a protocol that does not exist',
    withProvider('protocols: { openai-chats: https://x.test }'),
    /unknown field "openai-chats", did you mean "openai-chat"\?/u,
  ],
  [
    'credentials in an address',
    withProvider('protocols: { openai-chat: "https://u:p@x.test" }'),
    /protocols\["?openai-chat"?\]?.*must not hold a user name|protocols\.openai-chat: must not hold a user name/u,
  ],
  ['a metadata address', withProvider('protocols: { openai-chat: "http://169.254.169.254/v1" }'), /metadata service/u],
  ['kind rest without a target', 'providers:\n  - { id: a, kind: rest }', /needs the field "rest"/u],
  ['a target for kind llm', withProvider('rest: { targetUrl: https://x.test }'), /providers\[0\]\.rest: has no meaning/u],
  ['a header of the connection', withProvider('headers: { Host: x }'), /providers\[0\]\.headers\.Host: belongs to the connection/u],
  ['a header value of two lines', withProvider('headers: { x-a: "1\\n2" }'), /must not hold line breaks/u],
  ['a client credential to be forwarded', withProvider('forwardHeaders: [Authorization]'), /is never sent on/u],
  ['a proxy that is none', withProvider('proxyUrl: socks5://x:1'), /must be the URL of an HTTP proxy/u],
  ['a virtual key without a secret', 'virtualKeys:\n  - { id: a }', /virtualKeys\[0\]: needs the field "secret" or "secretHash"/u],
  ['a virtual key with two secrets', `virtualKeys:\n  - { id: a, secret: s, secretHash: "sha256:${'a'.repeat(64)}" }`, /one of the two is enough/u],
  [
    'one secret for two virtual keys',
    'virtualKeys:\n  - { id: a, secret: s1 }\n  - { id: b, secret: s1 }',
    /:3:22 virtualKeys\[1\]\.secret: repeats the secret of virtualKeys\[0\]/u,
  ],
  [
    'a virtual key of an unknown provider',
    `${withProvider()}\nvirtualKeys:\n  - { id: a, secret: s1, providers: [mian] }`,
    /unknown provider "mian", did you mean "main"\?/u,
  ],
  ['a date that does not exist', 'virtualKeys:\n  - { id: a, secret: s1, expiresAt: 2027-02-30 }', /expiresAt: must be a date/u],
  [
    'a range that is none',
    'virtualKeys:\n  - { id: a, secret: s1, allowFrom: ["10.0.0.0/40"] }',
    /allowFrom\[0\]: must be an address or a CIDR range/u,
  ],
  ['a missing variable', withProvider('keys: ["${NOPE}"]'), /:4:12 providers\[0\]\.keys\[0\]: the environment variable NOPE is not set/u],
  ['a forbidden name', 'settings:\n  __proto__: { allowAnonymous: true }', /:2:3: the name "__proto__" is not allowed/u],
  ['two documents', 'providers: []\n---\nproviders: []', /one document only/u],
  ['a name twice', 'settings: {}\nsettings: {}', /stands twice in one mapping/u],
];

for (const [name, text, expected] of REFERENCE_PROBLEMS) {
  test(`refuses ${name}`, () => {
    assert.match(messageOf(text), expected);
  });
}

test('a secret given as a hash and in the clear is the same secret', () => {
  const hash = '8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918';
  assert.match(
    messageOf(`virtualKeys:\n  - { id: a, secret: admin }\n  - { id: b, secretHash: "sha256:${hash}" }`),
    /virtualKeys\[1\]\.secretHash: repeats the secret/u,
  );
});

test('no message repeats a secret, wherever it stands by mistake', () => {
  const secret = 'sk-proj-4711abcdef4711abcdef4711';
  const places = [
    withProvider(`keys: [{ secret: "${secret} x" }]`),
    withProvider(`keys: [{ secret: ["${secret}"] }]`),
    `providers:\n  - { id: a, preset: ${secret} }`,
    `providers:\n  - { id: a, ${secret}: 1 }`,
    `providers:\n  - { id: "${secret}!" }`,
    withProvider(`protocols: { openai-chat: "https://${secret}@x.test" }`),
    withProvider(`proxyUrl: "ftp://u:${secret}@x.test"`),
    `virtualKeys:\n  - { id: a, secret: b, providers: [${secret}] }`,
    `providers:\n  - id: a\n   ${secret}\n :`,
    `key: "${secret}`,
    `a: *${secret}`,
    `a: !${secret} b`,
    `a: ]${secret}`,
  ];
  for (const text of places) assert.equal(messageOf(text).includes('4711'), false, text);
});

test('a bomb of aliases, a bottomless nesting and a huge file end in a sentence', () => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de']) lines.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(', ')}]`);
  assert.match(messageOf(lines.join('\n')), /aliases for more than 100 copies/u);
  assert.match(messageOf('['.repeat(100_000)), /nested too deeply/u);
  assert.match(messageOf(`a: ${'x'.repeat(8 * 1024 * 1024)}`), /larger than 8 MiB/u);
});

test('aliases and merges of a few parts work', () => {
  const { config } = read('providers:\n  - &a { id: a, preset: openai, keys: [sk-1] }\n  - { <<: *a, id: b }\n');
  assert.deepEqual(config.providers?.[1], { id: 'b', preset: 'openai', keys: ['sk-1'] });
});

test('an empty key is left out with a warning, and an unchecked certificate is told', () => {
  const { warnings } = read(withProvider('keys: ["${A:-}", sk-2]', 'verifyTls: false'));
  assert.deepEqual(warnings, [
    'Key 1 of the provider main is empty and is left out.',
    'The certificate of the provider main is not checked (verifyTls: false).',
  ]);
});

test('JSON is read as well', () => {
  assert.equal(read('{"providers":[{"id":"a","preset":"openai"}]}').config.providers?.[0]?.id, 'a');
});
