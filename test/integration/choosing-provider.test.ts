import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MockedGateway } from '../support/mocked-gateway.ts';

const GEMINI_BODY = { contents: [{ parts: [{ text: 'x' }] }] };

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['plain', 'with/slash'], keys: ['sk-vendor-12345'], priority: 0 },
      { id: 'other', models: ['plain', 'only-other'], keys: ['sk-other-12345'], priority: 1 },
      { id: 'claude', speaks: ['anthropic-messages'], models: ['claude-own'], keys: ['sk-claude-12345'] },
    ],
  });
});
after(() => world.close());

function lastUrl(provider: string): string | undefined {
  return world.received(provider).at(-1)?.url;
}

function codeOf(answer: { json(): unknown }): unknown {
  const body = answer.json() as { error?: { code?: unknown }; code?: unknown };
  return body.error?.code ?? body.code;
}

test('/llm/{provider}/… goes to that provider in its own protocol, with its key', async () => {
  world.script({});
  for (const [path, upstream] of [
    ['/llm/other/v1/chat/completions', '/other/v1/chat/completions'],
    ['/llm/other/chat/completions', '/other/v1/chat/completions'],
    ['/llm/other/v1/messages', '/other/v1/messages'],
    ['/llm/other/v1/embeddings', '/other/v1/embeddings'],
  ] as const) {
    const answer = await world.send(path, { body: { model: 'plain', messages: [], max_tokens: 1, input: 'x' } });
    assert.equal(answer.status, 200, path);
    assert.equal(lastUrl('other'), upstream);
    assert.equal(world.received('other').at(-1)?.key, 'sk-other-12345');
  }
  for (const path of ['/llm/other/v1beta/models/plain:generateContent', '/llm/other/models/plain:generateContent']) {
    assert.equal((await world.send(path, { body: GEMINI_BODY })).status, 200, path);
    assert.equal(lastUrl('other'), '/other/v1beta/models/plain:generateContent');
  }
  for (const [path, upstream] of [
    ['/llm/other/v1beta/models', '/other/v1beta/models'],
    ['/llm/other/v1/models', '/other/v1/models'],
    ['/llm/other/v1/files/a%2Fb?x=1', '/other/v1/files/a%2Fb?x=1'],
    ['/llm/claude/v1/messages/batches', '/claude/v1/messages/batches'],
  ] as const) {
    assert.equal((await world.send(path, {})).status, 200, path);
    assert.equal(world.mock.requests.at(-1)?.url, upstream);
  }
  assert.equal(world.received('claude').at(-1)?.headers['x-api-key'], 'sk-claude-12345');
  const unknown = await world.send('/llm/nobody/v1/chat/completions', { body: { model: 'plain', messages: [] } });
  assert.equal(unknown.status, 404);
  assert.equal(codeOf(unknown), 'provider_not_found');
  assert.equal(typeof (unknown.json() as { detail: unknown }).detail, 'string');
});

test('x-llm-provider narrows the choice by id or preset; an unknown one is 404', async () => {
  world.script({});
  const body = { model: 'plain', messages: [] };
  assert.equal((await world.chat('plain')).headers['x-headgate-provider'], 'vendor');
  assert.equal((await world.chat('plain', { headers: { 'x-llm-provider': 'other' } })).headers['x-headgate-provider'], 'other');
  assert.equal((await world.chat('plain', { headers: { 'x-llm-provider': ' OTHER ' } })).headers['x-headgate-provider'], 'other');
  assert.equal((await world.chat('plain', { headers: { 'x-llm-provider': 'custom' } })).status, 200);
  const unknown = await world.send('/v1/chat/completions', { body, headers: { 'x-llm-provider': 'nobody' } });
  assert.equal(unknown.status, 404);
  assert.equal(codeOf(unknown), 'provider_not_found');
  const pass = await world.send('/v1/files', { headers: { 'x-llm-provider': 'other' } });
  assert.equal(pass.headers['x-headgate-provider'], 'other');
});

test('provider/model names the provider, and a model id with a slash of its own stays one', async () => {
  world.script({});
  const named = await world.chat('other/plain');
  assert.equal(named.headers['x-headgate-provider'], 'other');
  assert.equal((named.json() as { model: string }).model, 'other/plain');
  assert.equal(world.received('other').at(-1)?.model, 'plain');
  const slash = await world.chat('with/slash');
  assert.equal(slash.headers['x-headgate-provider'], 'vendor');
  assert.equal(world.received('vendor').at(-1)?.model, 'with/slash');
});

test('GET /v1/models answers in the shape of the client’s protocol', async () => {
  const ids = ['claude-own', 'only-other', 'plain', 'with/slash'];
  const openai = (await world.send('/v1/models')).json() as { object: string; data: { id: string; object: string; owned_by: string }[] };
  assert.equal(openai.object, 'list');
  assert.deepEqual(
    openai.data.map(({ id }) => id),
    ids,
  );
  assert.ok(openai.data.every((model) => model.object === 'model' && model.owned_by !== ''));
  assert.deepEqual((await world.send('/models')).json(), openai);
  const anthropic = (await world.send('/v1/models', { headers: { 'anthropic-version': '2023-06-01' } })).json() as {
    data: { id: string; type: string; display_name: string }[];
    has_more: boolean;
    first_id: string;
    last_id: string;
  };
  assert.deepEqual(
    anthropic.data.map(({ id }) => id),
    ids,
  );
  assert.ok(anthropic.data.every(({ type }) => type === 'model'));
  assert.deepEqual([anthropic.has_more, anthropic.first_id, anthropic.last_id], [false, ids[0], ids.at(-1)]);
  const gemini = (await world.send('/v1beta/models')).json() as { models: { name: string; supportedGenerationMethods: string[] }[] };
  assert.deepEqual(
    gemini.models.map(({ name }) => name),
    ids.map((id) => `models/${id}`),
  );
  assert.equal(((await world.send('/v1/models/plain')).json() as { id: string }).id, 'plain');
  assert.equal(((await world.send('/v1/models/with%2Fslash')).json() as { id: string }).id, 'with/slash');
  assert.equal(((await world.send('/v1beta/models/plain')).json() as { name: string }).name, 'models/plain');
  const missing = await world.send('/v1/models/nobody');
  assert.equal(missing.status, 404);
  assert.equal(codeOf(missing), 'model_not_found');
  const narrowed = (await world.send('/v1/models', { headers: { 'x-llm-provider': 'other' } })).json() as { data: { id: string }[] };
  assert.deepEqual(
    narrowed.data.map(({ id }) => id),
    ['only-other', 'plain'],
  );
});
