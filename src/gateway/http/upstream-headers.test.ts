import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incomingRequest } from '../../../test/support/incoming-request.ts';
import { buildUpstreamHeaders, type HeaderPlan } from './upstream-headers.ts';

const PLAN: HeaderPlan = {
  constant: {},
  required: {},
  forward: new Set(),
  auth: { in: 'header', name: 'authorization', scheme: 'Bearer' },
  secret: 'sk-provider',
  passes: 'protocol',
  acceptEncoding: 'identity',
};

function build(headers: readonly (readonly [string, string])[], plan: Partial<HeaderPlan> = {}): [string, string][] {
  const flat = buildUpstreamHeaders(incomingRequest(headers), { ...PLAN, ...plan });
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? '', flat[2 * index + 1] ?? '']);
}

/** What no upstream may ever see of a client, whatever the path. */
const PRIVATE: readonly (readonly [string, string])[] = [
  ['authorization', 'Bearer client-secret'],
  ['x-api-key', 'client-secret'],
  ['x-goog-api-key', 'client-secret'],
  ['api-key', 'client-secret'],
  ['x-proxy-key', 'client-secret'],
  ['x-admin-token', 'client-secret'],
  ['proxy-authorization', 'client-secret'],
  ['cookie', 'client-secret'],
  ['x-llm-provider', 'client-secret'],
  ['x-headgate-anything', 'client-secret'],
  ['connection', 'keep-alive, x-nominated'],
  ['x-nominated', 'client-secret'],
  ['keep-alive', 'client-secret'],
  ['te', 'trailers'],
  ['trailer', 'client-secret'],
  ['upgrade', 'client-secret'],
  ['transfer-encoding', 'chunked'],
  ['proxy-connection', 'client-secret'],
  ['expect', '100-continue'],
  ['host', 'client-secret'],
  ['content-length', '5'],
  ['x-forwarded-for', 'client-secret'],
  ['x-forwarded-host', 'client-secret'],
  ['x-forwarded-proto', 'client-secret'],
  ['x-forwarded-prefix', 'client-secret'],
  ['forwarded', 'client-secret'],
  ['x-real-ip', 'client-secret'],
  ['true-client-ip', 'client-secret'],
  ['cf-connecting-ip', 'client-secret'],
  ['via', 'client-secret'],
  ['x-original-url', 'client-secret'],
  ['x-rewrite-url', 'client-secret'],
];

for (const passes of ['protocol', 'everything', 'nothing-of-the-protocol'] as const) {
  test(`nothing private of a client reaches the upstream where ${passes} passes`, () => {
    const built = build(PRIVATE, { passes });
    assert.deepEqual(built, [
      ['accept-encoding', 'identity'],
      ['authorization', 'Bearer sk-provider'],
    ]);
  });
}

test('what the protocols understand goes on', () => {
  const sent: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['anthropic-beta', 'a,b'],
    ['anthropic-version', '2023-06-01'],
    ['Idempotency-Key', 'i'],
    ['User-Agent', 'sdk/1'],
    ['accept', '*/*'],
    ['openai-beta', 'x'],
    ['content-encoding', 'gzip'],
  ];
  assert.deepEqual(
    build(sent).slice(0, sent.length),
    sent.map(([name, value]) => [name.toLowerCase(), value]),
  );
});

test('what is unknown goes on only where the provider or /proxy allows it', () => {
  const sent: [string, string][] = [
    ['x-custom', '1'],
    ['openai-organization', 'org'],
  ];
  assert.equal(build(sent).length, 2);
  assert.deepEqual(build(sent, { forward: new Set(['openai-organization']) })[0], ['openai-organization', 'org']);
  assert.deepEqual(build(sent, { passes: 'everything' }).slice(0, 2), sent);
});

test('a header that the Connection header nominates is for one hop only, even one that would go on', () => {
  for (const passes of ['protocol', 'everything'] as const) {
    const names = build(
      [
        ['connection', 'Anthropic-Beta , close'],
        ['anthropic-beta', 'x'],
        ['accept', '*/*'],
      ],
      { passes },
    ).map(([name]) => name);
    assert.deepEqual(names, ['accept', 'accept-encoding', 'authorization']);
  }
});

test('naming our credential in the Connection header does not take it off', () => {
  assert.deepEqual(
    build([
      ['connection', 'authorization'],
      ['authorization', 'Bearer client'],
    ]).at(-1),
    ['authorization', 'Bearer sk-provider'],
  );
});

test("the credential stands where the provider wants it, in place of the client's header of that name", () => {
  const auth = { in: 'header', name: 'x-token' } as const;
  assert.deepEqual(build([['X-Token', 'client']], { auth, passes: 'everything' }), [
    ['accept-encoding', 'identity'],
    ['x-token', 'sk-provider'],
  ]);
  assert.deepEqual(build([], { auth: { in: 'query', name: 'key' } }), [['accept-encoding', 'identity']]);
  assert.deepEqual(build([['authorization', 'Bearer client']], { secret: '' }), [['accept-encoding', 'identity']]);
});

test("the client's own value of a forwarded header wins over a constant one, which wins over a required one", () => {
  const plan = { constant: { 'anthropic-version': 'constant' }, required: { 'anthropic-version': 'required', 'anthropic-beta': 'required' } };
  assert.deepEqual(build([['anthropic-version', 'client']], plan)[0], ['anthropic-version', 'client']);
  assert.deepEqual(build([], plan).slice(0, 2), [
    ['anthropic-version', 'constant'],
    ['anthropic-beta', 'required'],
  ]);
});

test('repeated headers go on as often as they came', () => {
  assert.deepEqual(
    build(
      [
        ['x-many', '1'],
        ['x-many', '2'],
      ],
      { passes: 'everything' },
    ).slice(0, 2),
    [
      ['x-many', '1'],
      ['x-many', '2'],
    ],
  );
});
