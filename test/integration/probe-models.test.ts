import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import type { UpstreamProbeParts } from '../../src/gateway/upstream/probe/live-upstream-probe.ts';
import type { ModelListing } from '../../src/ports/upstream-probe.ts';
import { AUTH_SCHEMES } from '../../src/presets/auth-schemes.ts';
import { AZURE_DEPLOYMENT, BEDROCK_ANTHROPIC } from '../../src/presets/cloud-dialects.ts';
import { findClosedPort } from '../support/find-closed-port.ts';
import { NEVER_ABORTED, PROBE_SECRET, ProbeRig } from '../support/probe-rig.ts';
import { aProvider, aSnapshot } from '../support/snapshot-literals.ts';
import { waitFor } from '../support/wait-for.ts';

let rig: ProbeRig;

before(async () => {
  rig = await ProbeRig.start();
});
beforeEach(() => rig.mock.reset());
after(() => rig.close());

const idsOf = ({ models }: ModelListing): readonly string[] => models.map(({ id }) => id);

test('lists the models of an OpenAI-like provider with its key and its constant headers', async () => {
  const listed = await rig.list(rig.provider(['openai-chat'], { headers: { 'x-constant': 'yes' } }));
  assert.deepEqual(
    { ...listed, latencyMs: 0 },
    {
      ok: true,
      status: 200,
      failure: null,
      message: 'Models that the upstream lists: 2.',
      upstreamMessage: null,
      latencyMs: 0,
      models: ['mock-model', 'mock-model-small'].map((id) => ({
        id,
        name: id,
        created: 1_795_000_000,
        object: 'model',
        owned_by: 'mock',
        contextTokens: null,
        maxOutputTokens: null,
      })),
      isComplete: true,
    },
  );
  const [request] = rig.mock.requests;
  assert.deepEqual([request?.method, request?.url], ['GET', '/v1/models']);
  assert.deepEqual([request?.headers['authorization'], request?.headers['x-constant']], [`Bearer ${PROBE_SECRET}`, 'yes']);
});

test("follows the pages of Anthropic's list", async () => {
  rig.play(
    { match: { path: 'after_id=b' }, body: { data: [{ type: 'model', id: 'c' }], has_more: false, last_id: 'c' } },
    {
      body: {
        data: [
          { type: 'model', id: 'a' },
          { type: 'model', id: 'b' },
        ],
        has_more: true,
        last_id: 'b',
      },
    },
  );
  const listed = await rig.list(rig.provider(['anthropic-messages']));
  assert.deepEqual([idsOf(listed), listed.isComplete], [['a', 'b', 'c'], true]);
  assert.deepEqual(
    rig.mock.requests.map(({ url }) => url),
    ['/v1/models?limit=1000', '/v1/models?limit=1000&after_id=b'],
  );
  assert.deepEqual([rig.mock.requests[0]?.headers['x-api-key'], rig.mock.requests[0]?.headers['anthropic-version']], [PROBE_SECRET, '2023-06-01']);
});

test("follows the pages of Gemini's list", async () => {
  rig.play(
    { match: { path: 'pageToken=n%2Fxt' }, body: { models: [{ name: 'models/b' }] } },
    { body: { models: [{ name: 'models/a' }], nextPageToken: 'n/xt' } },
  );
  const listed = await rig.list(rig.provider(['gemini-generate']));
  assert.deepEqual([idsOf(listed), listed.isComplete, rig.mock.requests[0]?.headers['x-goog-api-key']], [['a', 'b'], true, PROBE_SECRET]);
});

test('stops at pages without end', async () => {
  rig.play({ body: { models: [{ name: 'models/a' }], nextPageToken: 'again' } });
  const same = await rig.list(rig.provider(['gemini-generate']));
  assert.deepEqual([idsOf(same), same.isComplete], [['a', 'a'], false]);
});

test('shows at most 10,000 models', async () => {
  rig.play({ body: { data: Array.from({ length: 10_001 }, (_, number) => ({ id: `m${number}` })) } });
  const listed = await rig.list(rig.provider());
  assert.deepEqual([listed.models.length, listed.isComplete], [10_000, false]);
});

test('gives up an answer of more than 16 MiB', async () => {
  rig.play({ body: `{"data":[],"padding":"${'x'.repeat(17 * 1024 * 1024)}"}` });
  const listed = await rig.list(rig.provider());
  assert.deepEqual([listed.ok, listed.failure, listed.message], [false, 'malformed', 'The answer is larger than 16 MiB.']);
});

test('tells a refusal by its kind, in our words and in the upstream’s without the secret that it repeats', async () => {
  const told = {
    error: {
      message: `Incorrect API key provided: ${PROBE_SECRET} (${PROBE_SECRET.slice(0, 14)}…${PROBE_SECRET.slice(-9)})`,
      code: 'invalid_api_key',
    },
  };
  rig.play({ status: 401, body: told });
  const { latencyMs, ...listed } = await rig.list(rig.provider());
  assert.ok(latencyMs >= 0);
  assert.deepEqual(listed, {
    ok: false,
    status: 401,
    failure: 'auth-rejected',
    message: 'The upstream rejected the key with 401.',
    upstreamMessage: 'Incorrect API key provided: [redacted] ([redacted]…[redacted])',
    models: [],
    isComplete: true,
  });
});

test('shows the secrets of others neither', async () => {
  rig.play({ status: 429, body: { error: { message: `the limit of somebody-elses-key is reached ${'.'.repeat(2000)}` } } });
  const listed = await rig.list(rig.provider(), { redact: (text) => text.replaceAll('somebody-elses-key', '[redacted]') });
  assert.deepEqual([listed.failure, listed.status], ['rate-limited', 429]);
  assert.match(listed.upstreamMessage ?? '', /^the limit of \[redacted\] is reached \.{100,470}$/u);
});

test('takes a web page for what it is, and repeats nothing of it', async () => {
  rig.play({ headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' });
  const listed = await rig.list(rig.provider());
  assert.deepEqual(
    [listed.ok, listed.status, listed.failure, listed.message, listed.upstreamMessage],
    [false, 200, 'malformed', 'The upstream answered 200 with a web page; is the base URL right?', null],
  );
  rig.play({ body: { error: { message: 'no such thing' } } });
  const other = await rig.list(rig.provider());
  assert.deepEqual([other.failure, other.upstreamMessage], ['malformed', 'no such thing']);
});

test('follows no redirect', async () => {
  rig.play({ redirect: `${rig.mock.origin}/elsewhere` });
  const listed = await rig.list(rig.provider());
  assert.deepEqual([listed.ok, listed.status, listed.failure], [false, 307, 'malformed']);
  assert.equal(rig.mock.requests.length, 1);
});

test('gives up at its deadline, before the first byte and in the middle of the body', async () => {
  const deadlines = { listMs: 60, testModelMs: 60 };
  for (const rule of [{ hang: true }, { body: { data: [] }, trickle: { bytes: 1, intervalMs: 5000 } }]) {
    rig.play(rule);
    const listed = await rig.list(rig.provider(), { deadlines });
    assert.deepEqual([listed.ok, listed.status, listed.failure, listed.message], [false, null, 'transport', 'The upstream did not answer in time.']);
  }
  rig.play({ hang: true });
  const tested = await rig
    .probe({ deadlines })
    .testModel({ provider: rig.provider(), secret: PROBE_SECRET }, { model: 'm', protocol: null }, NEVER_ABORTED);
  assert.deepEqual([tested.ok, tested.failure, tested.text], [false, 'transport', null]);
});

test('is given up when nobody waits for it any more', async () => {
  rig.play({ hang: true });
  const leaving = new AbortController();
  const listing = rig.probe().listModels({ provider: rig.provider(), secret: PROBE_SECRET }, leaving.signal);
  await waitFor('the call', () => rig.mock.requests.length === 1);
  leaving.abort();
  assert.equal((await listing).failure, 'client-gone');
  const gone = await rig.probe().listModels({ provider: rig.provider(), secret: PROBE_SECRET }, leaving.signal);
  assert.deepEqual([gone.failure, rig.mock.requests.length], ['client-gone', 1]);
});

test('tells why no answer came', async () => {
  const closed = rig.provider(['openai-chat'], { base: `http://127.0.0.1:${await findClosedPort()}` });
  const refused = await rig.list(closed);
  assert.deepEqual([refused.status, refused.failure, refused.message], [null, 'transport', 'The connection was refused.']);
  rig.play({ refuse: true });
  assert.equal((await rig.list(rig.provider())).message, 'The connection broke before an answer.');
});

test('keeps away from private addresses and metadata services as real traffic does', async () => {
  const port = new URL(rig.mock.origin).port;
  const named = rig.provider(['openai-chat'], { base: `http://vendor.example.com:${port}` });
  const resolve: UpstreamProbeParts['resolve'] = (_name, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
  const blocked = await rig.list(named, { resolve });
  assert.deepEqual([blocked.ok, blocked.message], [false, 'The name leads to an address that is not allowed.']);
  const allowed = await rig.list({ ...named, allowPrivateNetwork: true }, { resolve });
  assert.equal(allowed.ok, true);
  const metadata = await rig.list(rig.provider(['openai-chat'], { base: 'http://169.254.169.254' }));
  assert.deepEqual([metadata.failure, metadata.message], ['transport', 'The name leads to an address that is not allowed.']);
  assert.equal(rig.mock.requests.length, 1);
});

test('says plainly that there is no list', async () => {
  rig.play({ status: 404, body: { error: { message: 'unknown path' } } });
  const absent = await rig.list(rig.provider());
  assert.deepEqual(
    [absent.failure, absent.status, absent.message],
    ['unsupported', 404, 'The upstream answered 404: it has no list of models at this address, or the base URL is not right.'],
  );
  const cloud = rig.provider(['anthropic-messages'], { dialects: new Map([['anthropic-messages', BEDROCK_ANTHROPIC]]) });
  const rest = aProvider('r', { kind: 'rest', speaks: [] });
  for (const provider of [cloud, rest]) {
    const listed = await rig.list(provider);
    assert.deepEqual(
      [listed.failure, listed.status, listed.message],
      ['unsupported', null, 'This provider has no list of models that could be asked for.'],
    );
  }
});

test("asks in the host's dialect", async () => {
  const azure = rig.provider(['openai-chat'], { auth: AUTH_SCHEMES.azure, dialects: new Map([['openai-chat', AZURE_DEPLOYMENT]]) });
  assert.equal((await rig.list(azure)).ok, true);
  assert.deepEqual([rig.mock.requests[0]?.url, rig.mock.requests[0]?.headers['api-key']], ['/v1/models?api-version=2024-10-21', PROBE_SECRET]);
});

test('sends no secret that cannot stand in a request', async () => {
  const spaced = await rig.list(rig.provider(), {}, 'two words');
  const aws = rig.provider(['openai-chat'], { auth: { ...AUTH_SCHEMES.bedrock, region: 'eu-west-1' } });
  const wrong = await rig.list(aws, {}, PROBE_SECRET);
  for (const listed of [spaced, wrong]) {
    assert.equal(listed.failure, 'auth-rejected');
    assert.ok(!listed.message.includes('two words') && !listed.message.includes(PROBE_SECRET), listed.message);
  }
  assert.equal(rig.mock.requests.length, 0);
});

test('leaves out models whose name is the secret', async () => {
  rig.play({ body: { data: [{ id: 'good' }, { id: `echo-${PROBE_SECRET}` }, { id: 'x', owned_by: PROBE_SECRET }] } });
  assert.deepEqual(idsOf(await rig.list(rig.provider())), ['good']);
});

test('takes the connections of real traffic for a provider in force, and leaves none of any other', async (t) => {
  const shared = t.mock.method(rig.upstreams, 'dispatcher');
  const provider = rig.provider();
  await rig.list(provider);
  assert.equal(shared.mock.callCount(), 0);
  await waitFor('the end of the connection', () => rig.mock.connections.open === 0);
  await rig.list(provider, { currentSnapshot: () => aSnapshot([provider]) });
  assert.equal(shared.mock.callCount(), 1);
});
