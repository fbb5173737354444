import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';

const TEXT = 'Hello from the mock upstream.';
const MESSAGES = [{ role: 'user' as const, content: 'Hello' }];

let world: MockedGateway;
let openai: OpenAI;
let anthropic: Anthropic;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: [{ name: 'gpt-mapped', upstream: 'gpt-vendor' }, 'gpt-plain'], keys: ['sk-vendor-12345'] },
      { id: 'claude', models: ['claude-plain'], keys: ['sk-claude-12345'] },
      { id: 'breaking', models: ['breaking'], keys: ['sk-breaking-12345'] },
      { id: 'resting', models: ['resting'], keys: ['sk-resting-12345'] },
    ],
  });
  openai = new OpenAI({ baseURL: `${world.origin}/v1`, apiKey: TESTER_KEY, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: world.origin, apiKey: TESTER_KEY, maxRetries: 0 });
});
after(() => world.close());

function script(...rules: MockRule[]): void {
  world.script({ rules });
}

test('openai: a chat completion, whole', async () => {
  script({});
  const { data, response } = await openai.chat.completions.create({ model: 'gpt-mapped', messages: MESSAGES }).withResponse();
  assert.equal(data.choices[0]?.message.content, TEXT);
  assert.equal(data.model, 'gpt-mapped');
  assert.equal(data.usage?.prompt_tokens, 12);
  assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(response.headers.get('x-headgate-provider'), 'vendor');
  assert.equal(world.received('vendor').at(-1)?.key, 'sk-vendor-12345');
});

test('openai: a chat completion, streamed, with and without usage', async () => {
  script({});
  let text = '';
  let usages = 0;
  for await (const chunk of await openai.chat.completions.create({ model: 'gpt-mapped', messages: MESSAGES, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? '';
    usages += chunk.usage === undefined || chunk.usage === null ? 0 : 1;
    assert.equal(chunk.model, 'gpt-mapped');
  }
  assert.equal(text, TEXT);
  assert.equal(usages, 0);
  const stream = openai.chat.completions.stream({ model: 'gpt-plain', messages: MESSAGES, stream_options: { include_usage: true } });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0]?.message.content, TEXT);
  assert.equal(final.usage?.completion_tokens, 6);
});

test('openai: responses, whole and streamed', async () => {
  script({});
  const whole = await openai.responses.create({ model: 'gpt-mapped', input: 'Hello' });
  assert.equal(whole.output_text, TEXT);
  assert.equal(whole.model, 'gpt-mapped');
  const final = await openai.responses.stream({ model: 'gpt-mapped', input: 'Hello' }).finalResponse();
  assert.equal(final.output_text, TEXT);
  assert.equal(final.model, 'gpt-mapped');
});

test('openai: legacy completions, embeddings, speech, images, files and the list of models', async () => {
  script({});
  const completion = await openai.completions.create({ model: 'gpt-plain', prompt: 'Hello' });
  assert.equal(completion.choices[0]?.text, TEXT);
  const embeddings = await openai.embeddings.create({ model: 'gpt-plain', input: ['a', 'b'] });
  assert.ok(embeddings.data.length >= 1);
  assert.ok(embeddings.data.every(({ embedding }) => embedding.every((value) => typeof value === 'number')));
  const speech = await openai.audio.speech.create({ model: 'gpt-plain', voice: 'alloy', input: 'Hello' });
  const bytes = Buffer.from(await speech.arrayBuffer());
  assert.deepEqual([...bytes.subarray(0, 4)], [0xff, 0xfb, 0x90, 0x64]);
  assert.equal(bytes.length, 4096);
  const image = await openai.images.generate({ model: 'gpt-plain', prompt: 'a dot' });
  assert.ok((image.data?.[0]?.b64_json ?? '').startsWith('iVBOR'));
  const file = await openai.files.create({ file: new File(['{"a":1}\n'], 'batch.jsonl'), purpose: 'batch' });
  assert.match(file.id, /^file-mock/);
  const models = await Array.fromAsync(openai.models.list());
  assert.deepEqual(
    models.map(({ id }) => id),
    ['breaking', 'claude-plain', 'gpt-mapped', 'gpt-plain', 'resting'],
  );
  assert.equal((await openai.models.retrieve('gpt-plain')).id, 'gpt-plain');
});

test('openai: errors arrive as the classes that a program catches', async () => {
  script(
    { match: { path: '^/resting/' }, status: 429, retryAfterSeconds: 60 },
    { match: { path: '^/breaking/' }, chunks: 20, intervalMs: 5, cutAfterBytes: 1500 },
  );
  const stranger = new OpenAI({ baseURL: `${world.origin}/v1`, apiKey: 'hg-unknown-key', maxRetries: 0 });
  await assert.rejects(stranger.chat.completions.create({ model: 'gpt-plain', messages: MESSAGES }), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.code, 'invalid_api_key');
    return true;
  });
  await assert.rejects(openai.chat.completions.create({ model: 'no-such-model', messages: MESSAGES }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 'model_not_found');
    assert.equal(error.param, 'model');
    return true;
  });
  await assert.rejects(openai.chat.completions.create({ model: 'resting', messages: MESSAGES }), OpenAI.RateLimitError);
  const stream = await openai.chat.completions.create({ model: 'breaking', messages: MESSAGES, stream: true });
  await assert.rejects(Array.fromAsync(stream), (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.code, 'upstream_interrupted');
    return true;
  });
  const responses = await openai.responses.create({ model: 'breaking', input: 'Hello', stream: true });
  await assert.rejects(async () => {
    let hasEnded = false;
    for await (const event of responses) {
      if (event.type === 'error') throw new Error(event.code ?? '');
      if (event.type === 'response.completed') hasEnded = true;
    }
    assert.equal(hasEnded, false);
  }, /upstream_interrupted|broke off/);
});

test('openai: a program that stops reading ends the upstream call', async () => {
  script({ endless: true, intervalMs: 10 });
  const stream = await openai.chat.completions.create({ model: 'gpt-plain', messages: MESSAGES, stream: true });
  for await (const _chunk of stream) break;
  const request = world.received('vendor').at(-1);
  for (let turn = 0; turn < 200 && request?.abortedAt === null; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.notEqual(request?.abortedAt, null);
});

test('anthropic: a message, whole and streamed, and the count of tokens', async () => {
  script({});
  const whole = await anthropic.messages.create({ model: 'claude-plain', max_tokens: 64, messages: MESSAGES });
  assert.deepEqual(
    whole.content.map((block) => (block.type === 'text' ? block.text : block.type)),
    [TEXT],
  );
  assert.equal(whole.usage.output_tokens, 6);
  const final = await anthropic.messages.stream({ model: 'claude-plain', max_tokens: 64, messages: MESSAGES }).finalMessage();
  assert.deepEqual(
    final.content.map((block) => (block.type === 'text' ? block.text : block.type)),
    [TEXT],
  );
  assert.equal(final.stop_reason, 'end_turn');
  const counted = await anthropic.messages.countTokens({ model: 'claude-plain', messages: MESSAGES });
  assert.equal(counted.input_tokens, 12);
  const { headers, key } = world.received('claude').at(-1) ?? { headers: {}, key: null };
  assert.equal(key, 'sk-claude-12345');
  assert.equal(typeof headers['anthropic-version'], 'string');
});

test('anthropic: mapped names, the list of models, and errors as classes', async () => {
  script({ match: { path: '^/breaking/' }, chunks: 20, intervalMs: 5, cutAfterBytes: 1500 }, {});
  const whole = await anthropic.messages.create({ model: 'gpt-mapped', max_tokens: 64, messages: MESSAGES });
  assert.equal(whole.model, 'gpt-mapped');
  const models = await Array.fromAsync(anthropic.models.list());
  assert.ok(models.some(({ id, type }) => id === 'claude-plain' && type === 'model'));
  const stranger = new Anthropic({ baseURL: world.origin, apiKey: 'hg-unknown-key', maxRetries: 0 });
  await assert.rejects(stranger.messages.create({ model: 'claude-plain', max_tokens: 4, messages: MESSAGES }), Anthropic.AuthenticationError);
  await assert.rejects(anthropic.messages.create({ model: 'no-such-model', max_tokens: 4, messages: MESSAGES }), Anthropic.NotFoundError);
  await assert.rejects(anthropic.messages.stream({ model: 'breaking', max_tokens: 64, messages: MESSAGES }).finalMessage(), Anthropic.APIError);
});
