import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { RecordedRequest } from '../../src/cli/mock/mock-upstream.ts';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import type { MockUpstream } from '../../src/cli/mock/mock-upstream.ts';
import { open, send } from '../support/http-client.ts';
import type { ClientAnswer, OpenAnswer } from '../support/http-client.ts';
import { MockBedrock } from '../support/mock-bedrock.ts';
import { pick, pickList } from '../support/pick.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { CanarySecrets } from '../support/secrets.ts';
import { startGateway } from '../support/start-gateway.ts';
import type { Gateway } from '../support/start-gateway.ts';
import { readStream, readWhole, type Told } from '../support/told-answer.ts';
import { UPSTREAM_ANSWERS, WHOLE_TEXT } from '../support/upstream-streams.ts';

const VIRTUAL_KEY = 'hg-tester-0f1e2d3c4b5a';
const CLAUDE = UPSTREAM_ANSWERS.find(({ protocol }) => protocol === 'anthropic-messages') ?? assert.fail();
const canary = new CanarySecrets();
const ACCOUNTS = [
  { id: 'AKIAFIRSTEXAMPLE', secret: canary.make('first secret access key', 'wJalrXUtnFEMI/K7MDENG+') },
  {
    id: 'ASIASECONDEXAMPLE',
    secret: canary.make('second secret access key', 'bPxRfiCYEXAMPLEKEY/'),
    token: canary.make('session token', 'FwoGZXIvYXdzEBYaD//'),
  },
] as const;
const [FIRST, SECOND] = ACCOUNTS;
const AZURE_KEY = canary.make('azure key', 'azure-');
const MODEL = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const MESSAGES = [{ role: 'user', content: 'Hello' }];

let azure: MockUpstream;
let bedrock: MockBedrock;
let gateway: Gateway;
const answers: string[] = [];

before(async () => {
  [azure, bedrock] = await Promise.all([startMockUpstream(), MockBedrock.start(ACCOUNTS)]);
  bedrock.events = CLAUDE.frames.map((frame) => /^data: (.*)$/mu.exec(frame)?.[1] ?? '');
  bedrock.body = CLAUDE.body;
  const onBedrock = (id: string, keys: readonly string[], models: readonly string[]): object => ({
    id,
    preset: 'bedrock',
    protocols: { 'anthropic-messages': bedrock.origin },
    auth: { in: 'aws-sigv4', region: bedrock.region },
    models: models.map((name) => ({ name, upstream: MODEL })),
    keys,
  });
  gateway = await startGateway({
    env: { LOG_LEVEL: 'trace' },
    config: {
      settings: { maxWaitMs: 0 },
      virtualKeys: [{ id: 'tester', secret: VIRTUAL_KEY }],
      providers: [
        {
          id: 'azure',
          preset: 'azure-openai',
          protocols: { 'openai-chat': `${azure.origin}/v1-style/openai/v1`, 'openai-responses': `${azure.origin}/v1-style/openai/v1` },
          models: [{ name: 'azure-gpt', upstream: 'my-gpt' }],
          keys: [AZURE_KEY],
        },
        {
          id: 'azure-classic',
          preset: 'azure-openai-classic',
          protocols: Object.fromEntries(
            ['openai-chat', 'openai-embeddings', 'openai-responses'].map((name) => [name, `${azure.origin}/classic/openai`]),
          ),
          query: { 'api-version': '2025-03-01-preview' },
          models: [
            { name: 'classic-gpt', upstream: 'my gpt/4' },
            { name: 'classic-vectors', upstream: 'vectors' },
          ],
          keys: [AZURE_KEY],
        },
        onBedrock('bedrock', [`${FIRST.id}:${FIRST.secret}`], ['bedrock-claude']),
        onBedrock('bedrock-session', [`${SECOND.id}:${SECOND.secret}:${SECOND.token}`], ['session-claude']),
        onBedrock('bedrock-two', [`${FIRST.id}:${FIRST.secret}`, `${SECOND.id}:${SECOND.secret}:${SECOND.token}`], ['pooled-claude']),
        onBedrock('bedrock-wrong', [`${FIRST.id}:${SECOND.secret}`], ['wrong-claude']),
      ],
    },
  });
});
after(async () => {
  await Promise.all([gateway.dispose(), azure.close(), bedrock.close()]);
});

const HEADERS = { authorization: `Bearer ${VIRTUAL_KEY}` };

async function call(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<ClientAnswer> {
  const answer = await send({ url: `${gateway.origin}${path}`, headers: { ...HEADERS, ...headers }, body });
  answers.push(answer.text, answer.rawHeaders.join('\n'));
  return answer;
}

function openCall(path: string, body: object): Promise<OpenAnswer> {
  return open({ url: `${gateway.origin}${path}`, headers: HEADERS, body });
}

async function messages(model: string, more: object = {}): Promise<Told> {
  return readWhole('anthropic-messages', await call('/v1/messages', { model, max_tokens: 50, messages: MESSAGES, ...more }));
}

async function chat(model: string): Promise<Told> {
  return readWhole('openai-chat', await call('/v1/chat/completions', { model, messages: MESSAGES }));
}

async function streamed(protocol: 'anthropic-messages' | 'openai-chat', model: string): Promise<Told> {
  const path = protocol === 'openai-chat' ? '/v1/chat/completions' : '/v1/messages';
  return readStream(protocol, await openCall(path, { model, max_tokens: 50, messages: MESSAGES, stream: true }));
}

function lastOfAzure(): RecordedRequest {
  const request = azure.requests.at(-1) ?? assert.fail('Azure was not asked');
  assert.equal(request.headers['api-key'], AZURE_KEY);
  assert.equal(request.headers['authorization'], undefined);
  return request;
}

test('Azure takes the deployment in the body behind /openai/v1, natively and by translation', async () => {
  assert.equal((await chat('azure-gpt')).status, 200);
  assert.equal(lastOfAzure().url, '/v1-style/openai/v1/chat/completions');
  assert.equal(lastOfAzure().model, 'my-gpt');
  assert.equal((await messages('azure-gpt')).isFinished, true);
  assert.equal(lastOfAzure().url, '/v1-style/openai/v1/responses');
  assert.equal(pick(JSON.parse(lastOfAzure().text ?? ''), 'model'), 'my-gpt');
});

test('Azure of before takes the deployment in the path and the version in the query', async () => {
  assert.equal((await chat('classic-gpt')).status, 200);
  const path = '/classic/openai/deployments/my%20gpt%2F4/chat/completions?api-version=2025-03-01-preview';
  assert.equal(lastOfAzure().url, path);
  // The deployments of chat are what other protocols are told in.
  assert.equal((await messages('classic-gpt')).isFinished, true);
  assert.equal(lastOfAzure().url, path);
  const told = await streamed('anthropic-messages', 'classic-gpt');
  assert.deepEqual([told.isFinished, told.error], [true, null]);
  assert.equal((await call('/v1/embeddings', { model: 'classic-vectors', input: 'one' })).status, 200);
  assert.equal(lastOfAzure().url, '/classic/openai/deployments/vectors/embeddings?api-version=2025-03-01-preview');
  assert.equal((await call('/v1/responses?api-version=1', { model: 'classic-gpt', input: 'Hello' })).status, 200);
  assert.equal(lastOfAzure().url, '/classic/openai/responses?api-version=2025-03-01-preview');
});

for (const model of ['bedrock-claude', 'session-claude']) {
  test(`Bedrock believes the signature of ${model}, whole and streamed, natively and by translation`, async () => {
    for (const told of [
      await messages(model),
      await chat(model),
      await streamed('anthropic-messages', model),
      await streamed('openai-chat', model),
    ]) {
      assert.deepEqual([told.status, told.isFinished, told.error, told.text], [200, true, null, WHOLE_TEXT]);
    }
    const paths = bedrock.requests.slice(-4).map(({ url }) => url);
    const name = `/model/${encodeURIComponent(MODEL)}`;
    const stream = `${name}/invoke-with-response-stream`;
    assert.deepEqual(paths, [`${name}/invoke`, `${name}/invoke`, stream, stream]);
  });
}

test('Bedrock gets version and betas in the body, and no header that it does not know', async () => {
  const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'one-2025-01-01,two-2025-01-01' };
  await call('/v1/messages?beta=true', { model: 'bedrock-claude', max_tokens: 50, messages: MESSAGES, top_k: 4 }, headers);
  const request = bedrock.requests.at(-1) ?? assert.fail();
  const body = JSON.parse(request.body.toString('utf8')) as unknown;
  assert.deepEqual([pick(body, 'anthropic_version'), pick(body, 'top_k')], ['bedrock-2023-05-31', 4]);
  assert.deepEqual(pickList(body, 'anthropic_beta'), ['one-2025-01-01', 'two-2025-01-01']);
  assert.deepEqual(
    [request.headers['anthropic-version'], request.headers['anthropic-beta'], request.headers['x-api-key']],
    [undefined, undefined, undefined],
  );
});

test('a signature made with another secret is refused, the key rests and the client is not told of it', async () => {
  const { status, error } = await messages('wrong-claude');
  assert.deepEqual([status, error?.code], [502, 'upstream_rejected_key']);
  assert.doesNotMatch(error?.message ?? '', /signature/u);
});

test('Bedrock’s refusals come in the protocol of the client', async () => {
  const refusal = { kind: 'refusal', status: 400, type: 'ValidationException', message: 'messages: roles must alternate' } as const;
  bedrock.fail(refusal, refusal);
  for (const told of [await messages('bedrock-claude'), await chat('bedrock-claude')]) {
    assert.deepEqual([told.status, told.error?.message], [400, refusal.message]);
  }
});

test('a throttled account gives way to another', async () => {
  bedrock.fail({ kind: 'refusal', status: 429, type: 'ThrottlingException', message: 'Too many requests, please wait before trying again.' });
  const told = await streamed('openai-chat', 'pooled-claude');
  assert.deepEqual([told.isFinished, told.headers['x-headgate-attempts']], [true, '2']);
  const [first, second] = bedrock.requests.slice(-2).map(({ account }) => account);
  assert.notEqual(first, second);
});

test('an exception between the frames is told as the protocol’s own error, and nothing is finished', async () => {
  for (const protocol of ['anthropic-messages', 'openai-chat'] as const) {
    bedrock.fail({ kind: 'exception', type: 'throttlingException', message: 'Your request rate is too high.', afterEvents: 4 });
    const told = await streamed(protocol, 'session-claude');
    assert.deepEqual([told.status, told.isFinished, told.error?.message], [200, false, 'Your request rate is too high.']);
    assert.ok(told.text !== '' && WHOLE_TEXT.startsWith(told.text));
  }
});

test('an exception in place of the first event is no stream at all, and another account serves', async () => {
  bedrock.fail({ kind: 'exception', type: 'serviceUnavailableException', message: 'Try again.', afterEvents: 0 });
  const told = await streamed('anthropic-messages', 'session-claude');
  assert.ok(told.status >= 500 && told.error !== null);
});

test('frames that break off are a broken stream', async () => {
  for (const protocol of ['anthropic-messages', 'openai-chat'] as const) {
    bedrock.fail({ kind: 'cut', afterBytes: 1100 });
    const told = await streamed(protocol, 'bedrock-claude');
    assert.deepEqual([told.status, told.isFinished, told.error?.code], [200, false, 'upstream_interrupted']);
  }
});

test('Bedrock counts no tokens: an estimate is told', async () => {
  const asked = bedrock.requests.length;
  const answer = await call('/v1/messages/count_tokens', { model: 'bedrock-claude', messages: MESSAGES });
  assert.deepEqual([answer.status, answer.headers['x-headgate-estimated']], [200, 'true']);
  assert.ok(Number(pick(answer.json(), 'input_tokens')) > 0);
  assert.equal(bedrock.requests.length, asked);
});

test('an upstream that says the session token again is not repeated', async () => {
  bedrock.fail({ kind: 'refusal', status: 400, type: 'ValidationException', message: `bad token ${SECOND.token}` });
  assert.equal((await messages('session-claude')).status, 400);
  const plain = bedrock.body;
  bedrock.body = { ...CLAUDE.body, content: [{ type: 'text', text: `It is ${SECOND.token}.` }] };
  for (const told of [await messages('session-claude'), await chat('session-claude')]) assert.match(told.text, /^It is [^F]*\.$/u);
  bedrock.body = plain;
});

test('no secret stands in an answer, a log or a metric', async () => {
  const metrics = (await MetricsReading.of(gateway.origin)).text;
  canary.assertNoSecret({ answers: answers.join('\n'), stdout: gateway.stdout(), stderr: gateway.stderr(), metrics });
  assert.ok(gateway.stderr().includes('"exchange"'), 'the log is a long one');
});
