import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { PROTOCOL_NAMES } from '../../src/domain/protocol.ts';
import { AUTH_SCHEMES } from '../../src/presets/auth-schemes.ts';
import { VERTEX_GEMINI } from '../../src/presets/cloud-dialects.ts';
import { sendJson } from '../support/loopback-server.ts';
import { MockGoogleCloud } from '../support/mock-google-cloud.ts';
import { baseUrl, NEVER_ABORTED, PROBE_SECRET, ProbeRig } from '../support/probe-rig.ts';
import { aModel, aProvider } from '../support/snapshot-literals.ts';

let rig: ProbeRig;

before(async () => {
  rig = await ProbeRig.start();
});
beforeEach(() => rig.mock.reset());
after(() => rig.close());

test('a key is accepted where the same call without it is refused', async () => {
  rig.play({ match: { key: null }, status: 401 });
  const tested = await rig.testKey(rig.provider());
  assert.deepEqual([tested.ok, tested.verdict, tested.status, tested.message], [true, 'accepted', 200, 'The upstream took the key.']);
  assert.deepEqual(
    rig.mock.requests.map(({ headers }) => headers['authorization']),
    [`Bearer ${PROBE_SECRET}`, undefined],
  );
});

test('a list that is open to everyone says nothing of a key', async () => {
  const tested = await rig.testKey(rig.provider());
  assert.deepEqual([tested.ok, tested.verdict], [true, 'unknown']);
  assert.match(tested.message, /shows its models to everyone/u);
  const keyless = await rig.testKey(rig.provider(), null);
  assert.deepEqual([keyless.ok, keyless.verdict, rig.mock.requests.at(-1)?.headers['authorization']], [true, 'unknown', undefined]);
});

test('a key is rejected, or nothing is known of it, as the refusal says', async () => {
  rig.play({ status: 401 });
  const rejected = await rig.testKey(rig.provider());
  assert.deepEqual([rejected.ok, rejected.verdict, rejected.failure], [false, 'rejected', 'auth-rejected']);
  rig.play({ status: 429 });
  const limited = await rig.testKey(rig.provider());
  assert.deepEqual([limited.ok, limited.verdict, limited.failure], [false, 'unknown', 'rate-limited']);
});

test('without a list, a key is tested by asking a model', async () => {
  rig.play({ match: { method: 'GET' }, status: 404 }, { match: { key: PROBE_SECRET } }, { status: 401 });
  const provider = rig.provider(['openai-chat'], { models: [aModel('public', 'vendor-model')] });
  const accepted = await rig.testKey(provider);
  assert.deepEqual([accepted.ok, accepted.verdict, accepted.message], [true, 'accepted', 'The model vendor-model answered.']);
  const rejected = await rig.testKey(provider, `${PROBE_SECRET}-other`);
  assert.deepEqual([rejected.ok, rejected.verdict], [false, 'rejected']);
  const nothing = await rig.testKey(rig.provider());
  assert.deepEqual([nothing.ok, nothing.verdict, nothing.failure], [false, 'unknown', 'unsupported']);
});

test('a service account is known where it gets a token, which no message shows', async () => {
  const cloud = await MockGoogleCloud.start();
  try {
    const { json, pem } = cloud.addAccount('probe');
    const protocols = new Map([['gemini-generate', baseUrl(cloud.projectUrl)]] as const);
    const dialects = new Map([['gemini-generate', VERTEX_GEMINI]] as const);
    const vertex = { ...aProvider('v', { auth: AUTH_SCHEMES.googleCloud, dialects }), protocols };
    const known = await rig.testKey(vertex, json);
    assert.deepEqual([known.ok, known.verdict, known.message], [true, 'accepted', 'The service account got an access token.']);
    const stranger = JSON.stringify({ ...(JSON.parse(json) as object), client_email: 'stranger@demo.iam.gserviceaccount.com' });
    const unknown = await rig.testKey(vertex, stranger);
    assert.deepEqual([unknown.ok, unknown.verdict, unknown.failure], [false, 'rejected', 'auth-rejected']);

    cloud.answer = (_request, response, token) => sendJson(response, 403, { error: { message: `no access for ${token} ${pem.split('\n')[1]}` } });
    const asked = await rig.probe().testModel({ provider: vertex, secret: json }, { model: 'gemini-x', protocol: null }, NEVER_ABORTED);
    assert.deepEqual([asked.failure, asked.upstreamMessage], ['auth-rejected', 'no access for [redacted] [redacted]']);
    assert.equal(cloud.calls[0]?.url, '/v1/projects/demo/locations/europe-west1/publishers/google/models/gemini-x:generateContent');
  } finally {
    await cloud.close();
  }
});

test('asks a model for a word in every protocol', async () => {
  rig.play({ text: 'OK, here I am.', strict: true });
  for (const protocol of PROTOCOL_NAMES) {
    const tested = await rig.probe().testModel({ provider: rig.provider([protocol]), secret: PROBE_SECRET }, { model: 'm', protocol }, NEVER_ABORTED);
    assert.deepEqual([tested.ok, tested.status, tested.failure], [true, 200, null], `${protocol}: ${tested.message} ${tested.upstreamMessage}`);
    assert.equal(tested.text, protocol === 'openai-embeddings' ? null : 'OK, here I am.', protocol);
  }
  assert.deepEqual(JSON.parse(rig.mock.requests[0]?.text ?? ''), {
    model: 'm',
    messages: [{ role: 'user', content: 'Say OK' }],
    max_tokens: 16,
  });
});

test("shows the beginning of a model's answer, without the secret in it", async () => {
  rig.play({ text: `Your key is ${PROBE_SECRET}, and ${'so on '.repeat(100)}` });
  const tested = await rig
    .probe()
    .testModel({ provider: rig.provider(), secret: PROBE_SECRET }, { model: 'm', protocol: 'openai-chat' }, NEVER_ABORTED);
  assert.match(tested.text ?? '', /^Your key is \[redacted\], and so on/u);
  assert.equal(tested.text?.length, 200);
});

test('tells a model that is missing, an answer that is none, and a protocol that is not spoken', async () => {
  const ask = { model: 'm', protocol: null };
  const target = { provider: rig.provider(), secret: PROBE_SECRET };
  rig.play({ status: 404, body: { error: { message: 'The model `m` does not exist', code: 'model_not_found' } } });
  const missing = await rig.probe().testModel(target, ask, NEVER_ABORTED);
  assert.deepEqual([missing.failure, missing.upstreamMessage], ['model-missing', 'The model `m` does not exist']);
  for (const body of ['<html>', '[]', { error: { message: 'busy' } }, {}]) {
    rig.play({ body });
    assert.equal((await rig.probe().testModel(target, ask, NEVER_ABORTED)).failure, 'malformed');
  }
  for (const body of [{ choices: [] }, { choices: [null] }, { choices: [{ message: 7 }] }]) {
    rig.play({ body });
    const odd = await rig.probe().testModel(target, ask, NEVER_ABORTED);
    assert.deepEqual([odd.ok, odd.text === null || odd.text === ''], [true, true]);
  }
  const unspoken = await rig.probe().testModel(target, { model: 'm', protocol: 'gemini-generate' }, NEVER_ABORTED);
  assert.equal(unspoken.failure, 'unsupported');
  const gemini = { provider: rig.provider(['gemini-generate']), secret: PROBE_SECRET };
  const steps = await rig.probe().testModel(gemini, { model: '../../secrets', protocol: null }, NEVER_ABORTED);
  assert.equal(steps.failure, 'unsupported');
});
