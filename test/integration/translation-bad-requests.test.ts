import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import { MockedGateway } from '../support/mocked-gateway.ts';
import { readStream, readWhole } from '../support/told-answer.ts';

/** What a client sends beside the model, and the field that its own server would find wrong. */
type BadBody = readonly [body: object, field: string];

interface BadCalls {
  readonly protocol: string;
  readonly path: (model: string) => string;
  readonly bodies: readonly BadBody[];
  /** A provider that speaks the protocol, and one that does not. */
  readonly native: string;
  readonly foreign: string;
}

const HI = { role: 'user', content: 'Hi' };
const CALL = { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }] };
const USE = { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: {} }] };
const TEXTS = [{ role: 'user', parts: [{ text: 'Hi' }] }];

/** A message of a user with one part. */
const userOf = (part: unknown): object => ({ role: 'user', content: [part] });
const message = (messages: readonly unknown[]): object => ({ max_tokens: 9, messages });
const partOf = (part: unknown): object => ({ contents: [{ role: 'user', parts: [part] }] });

const CALLS: readonly BadCalls[] = [
  {
    protocol: 'openai-chat',
    path: () => '/v1/chat/completions',
    native: 'speaks-chat',
    foreign: 'speaks-messages',
    bodies: [
      [{}, 'messages'],
      [{ messages: 'Hi' }, 'messages'],
      [{ messages: [] }, 'messages'],
      [{ messages: [{ role: 'wizard', content: 'x' }] }, 'messages[0].role'],
      [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
      [{ messages: [HI, userOf({ type: 'hologram' })] }, 'messages[1].content[0].type'],
      [{ messages: [userOf({ type: 'image_url', image_url: 5 })] }, 'messages[0].content[0].image_url'],
      [{ messages: [HI, CALL, HI] }, 'messages[1].tool_calls[0]'],
      [{ messages: [HI, { role: 'tool', tool_call_id: 'c9', content: 'x' }] }, 'messages[1].tool_call_id'],
      [{ messages: [HI], temperature: 'hot' }, 'temperature'],
      [{ messages: [HI], max_tokens: -1 }, 'max_tokens'],
      [{ messages: [HI], tools: [{ type: 'function' }] }, 'tools[0].function'],
      [{ messages: [HI], tool_choice: 'required' }, 'tool_choice'],
      [{ messages: [HI], response_format: { type: 'xml' } }, 'response_format.type'],
    ],
  },
  {
    protocol: 'openai-responses',
    path: () => '/v1/responses',
    native: 'speaks-responses',
    foreign: 'speaks-messages',
    bodies: [
      [{}, 'input'],
      [{ input: [5] }, 'input[0]'],
      [{ input: [HI, { type: 'martian' }] }, 'input[1].type'],
      [{ input: [userOf({ type: 'hologram' })] }, 'input[0].content[0].type'],
      [{ input: [HI, { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }, HI] }, 'input[1]'],
      [{ input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }, 'input[0]'],
      [{ input: 'x', instructions: 5 }, 'instructions'],
      [{ input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
      [{ input: 'x', reasoning: { effort: 'huge' } }, 'reasoning.effort'],
      [{ input: 'x', tools: [{ type: 'function' }] }, 'tools[0].name'],
      [{ input: 'x', text: { format: { type: 'xml' } } }, 'text.format.type'],
    ],
  },
  {
    protocol: 'openai-completions',
    path: () => '/v1/completions',
    native: 'speaks-completions',
    foreign: 'speaks-messages',
    bodies: [
      [{}, 'prompt'],
      [{ prompt: [1, 2] }, 'prompt'],
      [{ prompt: 'x', max_tokens: 'many' }, 'max_tokens'],
      [{ prompt: 'x', suffix: 'y' }, 'suffix'],
      [{ prompt: 'x', echo: true }, 'echo'],
    ],
  },
  {
    protocol: 'anthropic-messages',
    path: () => '/v1/messages',
    native: 'speaks-messages',
    foreign: 'speaks-chat',
    bodies: [
      [{ messages: [HI] }, 'max_tokens'],
      [{ max_tokens: 9 }, 'messages'],
      [message([{ role: 'wizard', content: 'x' }]), 'messages[0].role'],
      [message([{ role: 'user', content: 7 }]), 'messages[0].content'],
      [message([HI, userOf({ type: 'hologram' })]), 'messages[1].content[0].type'],
      [message([userOf({ type: 'image', source: { type: 'ftp' } })]), 'messages[0].content[0].source.type'],
      [message([userOf({ type: 'tool_result', tool_use_id: 't9', content: 'x' })]), 'messages[0].content[0]'],
      // Who answers for it is told by the id of the call.
      [message([HI, USE, HI]), 't1'],
      [{ ...message([HI]), temperature: 5 }, 'temperature'],
      [{ ...message([HI]), tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
      [{ ...message([HI]), thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
      [{ ...message([HI]), stop_sequences: 'x' }, 'stop_sequences'],
    ],
  },
  {
    protocol: 'gemini-generate',
    path: (model) => `/v1beta/models/${model}:generateContent`,
    native: 'speaks-gemini',
    foreign: 'speaks-chat',
    bodies: [
      [{}, 'contents'],
      [{ contents: [{ role: 'wizard', parts: [{ text: 'x' }] }] }, 'contents[0].role'],
      [partOf({ hologram: {} }), 'contents[0].parts[0]'],
      [partOf({ text: 5 }), 'contents[0].parts[0].text'],
      [partOf({ inlineData: 5 }), 'contents[0].parts[0].inlineData'],
      [partOf({ functionResponse: { name: 'f', response: {} } }), 'contents[0].parts[0].functionResponse'],
      [{ contents: TEXTS, tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name'],
      [{ contents: TEXTS, generationConfig: { temperature: 'hot' } }, 'generationConfig.temperature'],
      [{ contents: TEXTS, systemInstruction: 5 }, 'systemInstruction'],
    ],
  },
];

const SPEAKERS = {
  'speaks-chat': 'openai-chat',
  'speaks-responses': 'openai-responses',
  'speaks-completions': 'openai-completions',
  'speaks-messages': 'anthropic-messages',
  'speaks-gemini': 'gemini-generate',
};

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: Object.entries(SPEAKERS).map(([id, protocol]) => ({ id, speaks: [protocol], models: [id], keys: [`sk-${id}-0123456789`] })),
  });
});
after(() => world.close());

/** The body as Gemini has no model in it, and all others do. */
function bodyOf(protocol: string, body: object, model: string): string {
  return JSON.stringify(protocol === 'gemini-generate' ? body : { ...body, model }, null, 1);
}

for (const { protocol, path, bodies, native, foreign } of CALLS) {
  test(`${protocol}: what its own server would refuse is refused before any upstream of another protocol is asked, by the name of its field`, async () => {
    const asked = world.mock.requestCount;
    for (const [body, field] of bodies) {
      const { status, error } = readWhole(protocol, await world.send(path(foreign), { body: bodyOf(protocol, body, foreign) }));
      const told = `${JSON.stringify(body)}: ${JSON.stringify(error)}`;
      assert.equal(status, 400, told);
      assert.ok(error?.code === 'invalid_request' || error?.code === 'cannot_translate', told);
      // Anthropic's errors have no place for a field: the sentence says it.
      if (protocol === 'anthropic-messages') assert.ok(error.message.includes(`"${field}"`), told);
      else assert.equal(error.param, field, told);
    }
    assert.equal(world.mock.requestCount, asked);
  });

  test(`${protocol}: the same passes byte for byte to an upstream that speaks it, whose affair it is`, async () => {
    for (const [body] of bodies) {
      const sent = bodyOf(protocol, body, native);
      const asked = world.received(native).length;
      assert.equal((await world.send(path(native), { body: sent })).status, 200);
      const [received] = world.received(native).slice(asked);
      assert.equal(received?.bodySha256, createHash('sha256').update(sent).digest('hex'), sent);
    }
  });
}

test('a stream that is asked for wrongly is refused as a whole answer', async () => {
  const body = { model: 'speaks-messages', messages: 'Hi', stream: true };
  const { status, error } = await readStream('openai-chat', await world.open('/v1/chat/completions', { body }));
  assert.deepEqual([status, error?.param], [400, 'messages']);
});

test('a name of a model that would lead up the path of an upstream is refused', async () => {
  const steps = await MockedGateway.start({
    providers: [{ id: 'gemini', speaks: ['gemini-generate'], keys: ['sk-gemini-0123456789'] }],
  });
  try {
    for (const model of ['..', '../files/x', 'tunedModels/../../x', './x', 'a/.']) {
      const { status, error } = readWhole('openai-chat', await steps.chat(model));
      assert.deepEqual([status, error?.param], [400, 'model'], model);
    }
    assert.equal(steps.mock.requestCount, 0);
    assert.equal((await steps.chat('models/x..y')).status, 200);
  } finally {
    await steps.close();
  }
});
