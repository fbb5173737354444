import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';

import { open, send } from '../support/http-client.ts';
import type { ClientAnswer } from '../support/http-client.ts';
import { findClosedPort } from '../support/find-closed-port.ts';
import type { HeardRequest } from '../support/loopback-server.ts';
import { sendJson } from '../support/loopback-server.ts';
import { MockGoogleCloud } from '../support/mock-google-cloud.ts';
import { pick } from '../support/pick.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { startGateway } from '../support/start-gateway.ts';
import type { Gateway } from '../support/start-gateway.ts';
import { readStream, readWhole, type Told } from '../support/told-answer.ts';
import { UPSTREAM_ANSWERS, WHOLE_TEXT } from '../support/upstream-streams.ts';
import { waitFor } from '../support/wait-for.ts';

const VIRTUAL_KEY = 'hg-tester-0f1e2d3c4b5a';
const BASE = '/v1/projects/demo/locations/europe-west1/publishers';
const answerOf = (name: string) => UPSTREAM_ANSWERS.find(({ protocol }) => protocol === name) ?? assert.fail();
const [CLAUDE, GEMINI] = [answerOf('anthropic-messages'), answerOf('gemini-generate')];

let cloud: MockGoogleCloud;
let gateway: Gateway;
const accounts: Record<string, { readonly json: string; readonly pem: string }> = {};
const answers: string[] = [];

before(async () => {
  cloud = await MockGoogleCloud.start();
  cloud.answer = answerAsVertex;
  const nobody = `http://127.0.0.1:${await findClosedPort()}/token`;
  for (const name of ['usual', 'flight', 'short', 'revoked', 'barred', 'refused', 'one', 'two']) accounts[name] = cloud.addAccount(name);
  for (const name of ['lost', 'lost-too']) accounts[name] = cloud.addAccount(name, nobody);
  const onVertex = (id: string, keys: readonly string[], models: readonly string[], more: object = {}): object => ({
    id,
    preset: 'vertex',
    protocols: { 'gemini-generate': cloud.projectUrl, 'anthropic-messages': cloud.projectUrl },
    models: models.map((name) => ({ name, upstream: name.startsWith('claude') ? 'claude-sonnet-4-5@20250929' : 'gemini-3-pro' })),
    keys: keys.map((key) => accounts[key]?.json),
    ...more,
  });
  gateway = await startGateway({
    env: { LOG_LEVEL: 'trace' },
    config: {
      settings: { maxWaitMs: 0 },
      virtualKeys: [{ id: 'tester', secret: VIRTUAL_KEY }],
      providers: [
        onVertex('usual', ['usual'], ['gemini', 'claude']),
        onVertex('flight', ['flight'], ['gemini-flight']),
        onVertex('short', ['short'], ['gemini-short']),
        onVertex('revoked', ['revoked'], ['gemini-revoked']),
        onVertex('barred', ['barred'], ['gemini-barred']),
        onVertex('refused', ['refused'], ['gemini-refused']),
        onVertex('lost', ['lost'], ['gemini-lost', 'gemini-covered']),
        onVertex('cover', ['one'], ['gemini-covered'], { priority: 1 }),
        onVertex('mixed', ['lost-too', 'two'], ['gemini-mixed'], { pool: { strategy: 'fill-first' } }),
      ],
    },
  });
});
after(() => Promise.all([gateway.dispose(), cloud.close()]));

/** Vertex as it answers a call that carried a live token. */
function answerAsVertex({ url, body }: HeardRequest, response: ServerResponse): void {
  const isStream = /:(?:streamGenerateContent|streamRawPredict)/u.test(url);
  const answer = url.includes('/anthropic/') ? CLAUDE : GEMINI;
  if (url.endsWith('count-tokens:rawPredict')) return sendJson(response, 200, { input_tokens: 77 });
  if (url.includes(':countTokens')) return sendJson(response, 200, { totalTokens: 77 });
  const sent = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  if (answer === CLAUDE && (sent['anthropic_version'] !== 'vertex-2023-10-16' || 'model' in sent)) return sendJson(response, 400, CLAUDE.error);
  if (!isStream) return sendJson(response, 200, answer.body);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(answer.frames.join(''));
}

async function call(path: string, body: object): Promise<ClientAnswer> {
  const answer = await send({ url: `${gateway.origin}${path}`, headers: { authorization: `Bearer ${VIRTUAL_KEY}` }, body });
  answers.push(answer.text, answer.rawHeaders.join('\n'));
  return answer;
}

const HELLO = { messages: [{ role: 'user', content: 'Hello' }], max_tokens: 50 };
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

async function messages(model: string): Promise<Told> {
  return readWhole('anthropic-messages', await call('/v1/messages', { model, ...HELLO }));
}

async function gemini(model: string): Promise<Told> {
  return readWhole('gemini-generate', await call(`/v1beta/models/${model}:generateContent`, CONTENTS));
}

async function streamed(protocol: 'anthropic-messages' | 'gemini-generate', model: string): Promise<Told> {
  const isGemini = protocol === 'gemini-generate';
  const path = isGemini ? `/v1beta/models/${model}:streamGenerateContent?alt=sse` : '/v1/messages';
  const body = isGemini ? CONTENTS : { model, ...HELLO, stream: true };
  return readStream(protocol, await open({ url: `${gateway.origin}${path}`, headers: { authorization: `Bearer ${VIRTUAL_KEY}` }, body }));
}

const lastUrl = (): string => (cloud.calls.at(-1)?.url ?? '').replace(BASE, '');

test('Vertex is asked with a token for the account’s assertion, for Gemini and for Claude, natively and by translation', async () => {
  for (const [told, url] of [
    [await gemini('gemini'), '/google/models/gemini-3-pro:generateContent'],
    [await messages('claude'), '/anthropic/models/claude-sonnet-4-5@20250929:rawPredict'],
    [await messages('gemini'), '/google/models/gemini-3-pro:generateContent'],
    [await gemini('claude'), '/anthropic/models/claude-sonnet-4-5@20250929:rawPredict'],
    [await streamed('gemini-generate', 'gemini'), '/google/models/gemini-3-pro:streamGenerateContent?alt=sse'],
    [await streamed('anthropic-messages', 'claude'), '/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict'],
    [await streamed('anthropic-messages', 'gemini'), '/google/models/gemini-3-pro:streamGenerateContent?alt=sse'],
    [await streamed('gemini-generate', 'claude'), '/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict'],
  ] as const) {
    assert.deepEqual([told.status, told.isFinished, told.error, told.text], [200, true, null, WHOLE_TEXT], url);
  }
  const urls = cloud.calls.map((each) => each.url.replace(BASE, ''));
  assert.deepEqual(urls.slice(0, 2), ['/google/models/gemini-3-pro:generateContent', '/anthropic/models/claude-sonnet-4-5@20250929:rawPredict']);
  assert.equal(lastUrl(), '/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict');
  assert.equal(new Set(cloud.calls.map(({ headers }) => headers.authorization)).size, 1, 'one token serves them all');
});

test('Vertex counts the tokens of both, and makes no embeddings', async () => {
  const ofClaude = await call('/v1/messages/count_tokens', { model: 'claude', messages: HELLO.messages });
  assert.deepEqual([pick(ofClaude.json(), 'input_tokens'), lastUrl()], [77, '/anthropic/models/count-tokens:rawPredict']);
  const ofGemini = await call('/v1/messages/count_tokens', { model: 'gemini', messages: HELLO.messages });
  assert.deepEqual([pick(ofGemini.json(), 'input_tokens'), lastUrl()], [77, '/google/models/gemini-3-pro:countTokens']);
  const asked = cloud.calls.length;
  const embeddings = await call('/v1/embeddings', { model: 'gemini', input: 'one' });
  assert.deepEqual([embeddings.status, pick(embeddings.json(), 'error', 'code')], [400, 'protocol_not_supported']);
  assert.equal((await call('/v1beta/models/gemini:embedContent', { content: { parts: [{ text: 'one' }] } })).status, 400);
  assert.equal(cloud.calls.length, asked);
});

test('fifty requests at once fetch one token', async () => {
  const given = cloud.tokens.length;
  const told = await Promise.all(Array.from({ length: 50 }, () => gemini('gemini-flight')));
  assert.ok(told.every(({ status }) => status === 200));
  assert.equal(cloud.tokens.length, given + 1);
});

test('a token is fetched anew before it ends, and nobody waits for it or fails', async () => {
  cloud.lifeSeconds = 2;
  const given = cloud.tokens.length;
  const askOnce = async (): Promise<boolean> => {
    assert.equal((await gemini('gemini-short')).status, 200);
    return cloud.tokens.length >= given + 3;
  };
  await waitFor('the third token', askOnce, { timeoutMs: 20_000 });
  cloud.lifeSeconds = 3600;
});

test('a token that was withdrawn is replaced, once for all who hold it, and its key does not rest for that', async () => {
  assert.equal((await gemini('gemini-revoked')).status, 200);
  cloud.revoke();
  const given = cloud.tokens.length;
  const told = await Promise.all(Array.from({ length: 20 }, () => gemini('gemini-revoked')));
  assert.ok(told.every(({ status }) => status === 200));
  assert.equal(cloud.tokens.length, given + 1);
});

test('a key whose new token is refused as well is rejected', async () => {
  assert.equal((await gemini('gemini-barred')).status, 200);
  cloud.refusesAll = true;
  const { status, error } = await gemini('gemini-barred');
  cloud.refusesAll = false;
  assert.deepEqual([status, error?.code], [502, 'upstream_rejected_key']);
});

test('a token endpoint that refuses or fails is the failure of the key, which is told without its words', async () => {
  for (const [status, code] of [
    [503, 'upstream_malformed'],
    [400, 'upstream_rejected_key'],
  ] as const) {
    cloud.tokenStatus = status;
    const told = await gemini('gemini-refused');
    assert.deepEqual([told.status, told.error?.code], [502, code]);
    assert.doesNotMatch(told.error?.message ?? '', /invalid_grant|unavailable/u);
  }
  cloud.tokenStatus = 0;
});

test('where the token endpoint cannot be reached another key serves, or another provider, or the client is told', async () => {
  const { status, error } = await messages('gemini-lost');
  assert.deepEqual([status, error?.code], [502, 'upstream_unreachable']);
  const covered = await messages('gemini-covered');
  assert.deepEqual([covered.status, covered.headers['x-headgate-provider']], [200, 'cover']);
  const mixed = await gemini('gemini-mixed');
  assert.deepEqual([mixed.status, mixed.headers['x-headgate-attempts']], [200, '2']);
});

test('an upstream that says the access token again is not repeated, whole or streamed', async () => {
  const plain = cloud.answer;
  cloud.answer = (request, response, token) => {
    if (!request.url.includes('stream'))
      return sendJson(response, 200, JSON.parse(JSON.stringify(GEMINI.body).replace(WHOLE_TEXT, `It is ${token}.`)) as object);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-echo': token });
    response.end(GEMINI.frames.join('').replace('One small ', `It is ${token}.`));
  };
  const stream = await streamed('gemini-generate', 'gemini');
  const translated = await streamed('anthropic-messages', 'gemini');
  for (const told of [await gemini('gemini'), await messages('gemini'), stream, translated]) {
    assert.match(told.text, /^It is /u);
    answers.push(told.text, JSON.stringify(told.headers));
  }
  cloud.answer = plain;
});

test('no token and no line of a private key stands in an answer, a log or a metric', async () => {
  const metrics = (await MetricsReading.of(gateway.origin)).text;
  const texts = { answers: answers.join('\n'), stdout: gateway.stdout(), stderr: gateway.stderr(), metrics };
  const lines = Object.values(accounts).flatMap(({ pem }) => pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-')));
  assert.ok(cloud.tokens.length > 5 && lines.length > 100);
  for (const [where, text] of Object.entries(texts)) {
    for (const secret of [...cloud.tokens, ...lines]) assert.ok(!text.includes(secret), `a secret in ${where}`);
  }
});
