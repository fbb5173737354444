import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { ClientAnswer } from '../support/http-client.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { pick, pickList } from '../support/pick.ts';
import { readWhole } from '../support/told-answer.ts';

const TEXT = 'How long is this? '.repeat(40);

/** How the clients of each protocol ask for the number of tokens, and where it stands in the answer. */
const COUNTS = {
  'anthropic-messages': {
    path: () => '/v1/messages/count_tokens',
    body: (model: string) => ({ model, system: 'Count.', messages: [{ role: 'user', content: TEXT }] }),
    tokens: (answer: unknown) => pick(answer, 'input_tokens'),
    upstream: /\/v1\/messages\/count_tokens$/u,
  },
  'openai-responses': {
    path: () => '/v1/responses/input_tokens',
    body: (model: string) => ({ model, instructions: 'Count.', input: TEXT }),
    tokens: (answer: unknown) => (pick(answer, 'object') === 'response.input_tokens' ? pick(answer, 'input_tokens') : undefined),
    upstream: /\/v1\/responses\/input_tokens$/u,
  },
  'gemini-generate': {
    path: (model: string) => `/v1beta/models/${model}:countTokens`,
    body: () => ({ contents: [{ role: 'user', parts: [{ text: TEXT }] }] }),
    tokens: (answer: unknown) => pick(answer, 'totalTokens'),
    upstream: /\/v1beta\/models\/on-gemini-generate:countTokens$/u,
  },
} as const;

type Counting = keyof typeof COUNTS;
const COUNTING = Object.keys(COUNTS) as Counting[];

let world: MockedGateway;

before(async () => {
  const provider = (id: string, protocol: string, models: readonly string[], more: object = {}): ProviderPlan => ({
    id,
    speaks: [protocol],
    models,
    keys: [`sk-${id}-0123456789`],
    ...more,
  });
  world = await MockedGateway.start({
    settings: { maxWaitMs: 0 },
    providers: [
      ...COUNTING.map((protocol) => provider(protocol, protocol, [`on-${protocol}`, `broken-on-${protocol}`])),
      provider('chat', 'openai-chat', ['on-chat', 'either']),
      provider('late', 'gemini-generate', ['either'], { priority: 7 }),
      provider('vectors', 'openai-embeddings', ['openai-vectors', 'short-openai', 'void-openai', 'text-openai']),
      provider('gemini-vectors', 'gemini-generate', ['gemini-vectors', 'short-gemini', 'void-gemini']),
    ],
  });
});
after(() => world.close());

function count(client: Counting, model: string): Promise<ClientAnswer> {
  return world.send(COUNTS[client].path(model), { body: COUNTS[client].body(model) });
}

for (const client of COUNTING) {
  for (const upstream of COUNTING.filter((each) => each !== client)) {
    test(`${client}: tokens are counted by an upstream of ${upstream}`, async () => {
      world.script({ strict: true, rules: [{ usage: { input: 321, output: 0 } }] });
      const answer = await count(client, `on-${upstream}`);
      assert.deepEqual([answer.status, COUNTS[client].tokens(answer.json())], [200, 321], answer.text);
      assert.equal(answer.headers['x-headgate-estimated'], undefined);
      const received = world.received(upstream).at(-1);
      assert.match(received?.url ?? '', COUNTS[upstream].upstream);
      assert.equal(received?.refusal, null);
      assert.ok(received?.text?.includes(TEXT));
    });

    test(`${client}: an answer of ${upstream} that counts nothing is an error, and no count of 0`, async () => {
      const nothing = {
        'anthropic-messages': { type: 'message', content: [] },
        'openai-responses': { output: [] },
        'gemini-generate': { candidates: [] },
      };
      world.script({ rules: [{ body: nothing[upstream] }] });
      const { status, error } = readWhole(client, await count(client, `broken-on-${upstream}`));
      assert.deepEqual([status, error?.code], [502, 'upstream_malformed']);
    });
  }

  test(`${client}: where no provider can count, an estimate is told and marked`, async () => {
    const asked = world.mock.requestCount;
    const answer = await count(client, 'on-chat');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-headgate-estimated'], 'true');
    const tokens = Number(COUNTS[client].tokens(answer.json()));
    assert.ok(tokens > 150 && tokens < 250, `${tokens} tokens for ${TEXT.length} characters`);
    assert.equal(world.mock.requestCount, asked);
  });

  test(`${client}: a provider that counts is preferred to an estimate, whatever its priority`, async () => {
    world.script({ rules: [{ usage: { input: 99, output: 0 } }] });
    const answer = await count(client, 'either');
    assert.deepEqual([COUNTS[client].tokens(answer.json()), answer.headers['x-headgate-provider']], [99, 'late']);
  });
}

test('a count for a model that nobody offers is refused, not estimated', async () => {
  for (const client of COUNTING) assert.equal((await count(client, 'nobody-has-it')).status, 404);
});

function embed(body: object): Promise<ClientAnswer> {
  return world.send('/v1/embeddings', { body });
}

test('OpenAI’s embeddings come from Gemini, as numbers or as base64, one vector for each text', async () => {
  world.script({});
  const numbers = await embed({ model: 'gemini-vectors', input: ['one', 'two'], dimensions: 4, encoding_format: 'float', user: 'u' });
  const data = pickList(numbers.json(), 'data');
  assert.deepEqual(
    data.map((each) => [pick(each, 'object'), pick(each, 'index')]),
    [
      ['embedding', 0],
      ['embedding', 1],
    ],
  );
  const vector = pickList(data[0], 'embedding');
  assert.ok(vector.length > 0 && vector.every((each) => typeof each === 'number'));
  assert.deepEqual([pick(numbers.json(), 'object'), pick(numbers.json(), 'model')], ['list', 'gemini-vectors']);
  assert.equal(typeof pick(numbers.json(), 'usage', 'prompt_tokens'), 'number');
  assert.equal(numbers.headers['x-headgate-dropped'], 'user');
  const received = world.received('gemini-vectors').at(-1);
  assert.match(received?.url ?? '', /:batchEmbedContents$/u);
  const requests = pickList(JSON.parse(received?.text ?? ''), 'requests');
  assert.deepEqual(
    requests.map((each) => [pick(each, 'content', 'parts', 0, 'text'), pick(each, 'outputDimensionality')]),
    [
      ['one', 4],
      ['two', 4],
    ],
  );
  const packed = await embed({ model: 'gemini-vectors', input: 'one', encoding_format: 'base64' });
  const bytes = Buffer.from(String(pick(packed.json(), 'data', 0, 'embedding')), 'base64');
  const unpacked = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
  assert.deepEqual(unpacked, [...Float32Array.from(vector as readonly number[])]);
});

test('Gemini’s embeddings come from OpenAI, one or several, whatever order they came in', async () => {
  world.script({});
  const content = (text: string): object => ({ parts: [{ text }] });
  const one = await world.send('/v1beta/models/openai-vectors:embedContent', {
    body: { content: content('one'), taskType: 'RETRIEVAL_QUERY', outputDimensionality: 4 },
  });
  assert.ok(pickList(one.json(), 'embedding', 'values').length > 0, one.text);
  assert.equal(one.headers['x-headgate-dropped'], 'taskType');
  assert.deepEqual(JSON.parse(world.received('vectors').at(-1)?.text ?? ''), { model: 'openai-vectors', input: 'one', dimensions: 4 });
  const vectors = [1, 0].map((index) => ({ object: 'embedding', index, embedding: [index, 0.5] }));
  world.script({ rules: [{ body: { object: 'list', data: vectors, model: 'm', usage: { prompt_tokens: 2, total_tokens: 2 } } }] });
  const both = await world.send('/v1beta/models/openai-vectors:batchEmbedContents', {
    body: { requests: ['one', 'two'].map((text) => ({ model: 'models/openai-vectors', content: content(text) })) },
  });
  assert.deepEqual(pick(both.json(), 'embeddings'), [{ values: [0, 0.5] }, { values: [1, 0.5] }]);
});

test('vectors that are too few or none are an error', async () => {
  const input = ['one', 'two'];
  world.script({ rules: [{ body: { embeddings: [{ values: [1] }] } }] });
  assert.equal((await embed({ model: 'short-gemini', input })).status, 502);
  world.script({ rules: [{ body: { embeddings: [{ values: [1] }, {}] } }] });
  assert.equal((await embed({ model: 'void-gemini', input })).status, 502);
  const requests = input.map((text) => ({ content: { parts: [{ text }] } }));
  for (const [model, data] of [
    ['short-openai', [{ index: 0, embedding: [1] }]],
    ['void-openai', []],
  ] as const) {
    world.script({ rules: [{ body: { object: 'list', data } }] });
    assert.equal((await world.send(`/v1beta/models/${model}:batchEmbedContents`, { body: { requests } })).status, 502, model);
  }
});

test('tokens in place of texts are refused before another model reads them as other words', async () => {
  for (const input of [[1, 2, 3], [[1, 2]]]) {
    const answer = await embed({ model: 'gemini-vectors', input });
    assert.deepEqual([answer.status, pick(answer.json(), 'error', 'param')], [400, 'input']);
  }
});

test('embeddings are asked of no model of text', async () => {
  const answer = await embed({ model: 'on-chat', input: 'one' });
  assert.deepEqual([answer.status, pick(answer.json(), 'error', 'code')], [400, 'protocol_not_supported']);
});
