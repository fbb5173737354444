import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';
import OlderAnthropic from 'anthropic-sdk-0.137';
import { CALLS, FINAL_TEXT, FourUpstreams, RESULTS, TEXT, UPSTREAMS } from '../support/four-upstreams.ts';
import { TESTER_KEY } from '../support/mocked-gateway.ts';
import { toolHistory } from '../support/tool-history.ts';
import { waitFor } from '../support/wait-for.ts';

type Message = Anthropic.Messages.Message;
type Params = Anthropic.Messages.MessageCreateParamsNonStreaming;
type MessageParam = Anthropic.Messages.MessageParam;

const ASK: MessageParam[] = [{ role: 'user', content: 'Hello' }];
const QUESTION: MessageParam = { role: 'user', content: 'Weather in Zürich, time in Rome?' };
const INPUT = { type: 'object' as const, properties: { city: { type: 'string' }, format: { type: 'string' } }, required: ['city'] };
const TOOLS: Anthropic.Messages.Tool[] = [
  { name: 'weather', description: 'Tells the weather.', input_schema: INPUT },
  { name: 'local_time', input_schema: INPUT },
];
const THOUGHT = 'I have to look both up.';
/** Models that can be told to think, on each protocol. */
const THINKERS = ['on-thinking-chat', 'on-responses', 'on-anthropic', 'on-gemini'] as const;

let upstreams: FourUpstreams;
let anthropic: Anthropic;
let older: OlderAnthropic;

before(async () => {
  upstreams = await FourUpstreams.start();
  anthropic = new Anthropic({ baseURL: upstreams.origin, apiKey: TESTER_KEY, maxRetries: 0 });
  older = new OlderAnthropic({ baseURL: upstreams.origin, apiKey: TESTER_KEY, maxRetries: 0 });
});
after(() => upstreams.close());

function ask(isStream: boolean, request: Params): Promise<Message> {
  return isStream ? anthropic.messages.stream(request).finalMessage() : anthropic.messages.create(request);
}

function textOf(message: { readonly content: readonly { readonly type: string }[] }): string {
  return message.content.map((block) => ('text' in block ? String(block.text) : '')).join('');
}

function resultsOf(message: Message): MessageParam {
  const calls = message.content.filter((block) => block.type === 'tool_use');
  const results = calls.map((call) => ({
    type: 'tool_result' as const,
    tool_use_id: call.id,
    content: [{ type: 'text' as const, text: RESULTS[call.name as keyof typeof RESULTS] }],
  }));
  return { role: 'user', content: [...results.toReversed(), { type: 'text', text: 'Go on.' }] };
}

for (const model of UPSTREAMS) {
  test(`${model}: a message comes whole to the SDK of version 2026-10-21`, async () => {
    upstreams.script();
    const message = await anthropic.messages.create({ model, max_tokens: 2000, system: 'Be brief.', messages: ASK });
    assert.equal(textOf(message), TEXT);
    assert.equal(message.stop_reason, 'end_turn');
    assert.equal(message.model, model);
    assert.deepEqual(
      [message.usage.input_tokens, message.usage.cache_read_input_tokens, message.usage.cache_creation_input_tokens, message.usage.output_tokens],
      [8, 4, 0, 6],
    );
    assert.match(JSON.stringify(upstreams.lastBody(model)), /Be brief\./);
  });

  test(`${model}: a message comes whole to the SDK of version 2023-06-01, with x-api-key and a temperature`, async () => {
    upstreams.script();
    const ask = older.messages.create({ model, max_tokens: 2000, temperature: 0.5, messages: [{ role: 'user', content: 'Hello' }] });
    const { data: message, response } = await ask.withResponse();
    assert.equal(textOf(message), TEXT);
    // GPT-5.1 takes none while it may think, which is told.
    if (model === 'on-responses') assert.match(response.headers.get('x-headgate-dropped') ?? '', /temperature/);
    else assert.match(JSON.stringify(upstreams.lastBody(model)), /"temperature":0\.5/);
    assert.equal(upstreams.received(model).at(-1)?.key, `sk-${model}-12345`);
  });

  test(`${model}: messages.stream() tells the text, and the usage of the whole answer`, async () => {
    upstreams.script({ chunks: 12, usage: { input: 120, cacheRead: 40, output: 33, reasoning: 9 } });
    const whole = await ask(false, { model, max_tokens: 2000, messages: ASK });
    const stream = anthropic.messages.stream({ model, max_tokens: 2000, messages: ASK });
    let text = '';
    stream.on('text', (delta) => {
      text += delta;
    });
    const final = await stream.finalMessage();
    assert.equal(textOf(final), text);
    assert.ok(text.startsWith(TEXT));
    assert.equal(final.stop_reason, 'end_turn');
    assert.equal(whole.usage.input_tokens, 80);
    assert.equal(whole.usage.output_tokens, 33);
    for (const name of ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'output_tokens'] as const) {
      assert.equal(final.usage[name], whole.usage[name], name);
    }
  });

  for (const isStream of [false, true]) {
    test(`${model}: two tools are called at once and their results come back, ${isStream ? 'streamed' : 'whole'}`, async () => {
      upstreams.scriptToolLoop({ text: 'Let me look.' });
      const first = await ask(isStream, { model, max_tokens: 2000, tools: TOOLS, messages: [QUESTION] });
      assert.equal(first.stop_reason, 'tool_use');
      assert.deepEqual(
        first.content.filter((block) => block.type === 'tool_use').map(({ name, input }) => ({ name, arguments: input })),
        CALLS,
      );
      const messages = [QUESTION, { role: 'assistant' as const, content: first.content }, resultsOf(first)];
      const second = await ask(isStream, { model, max_tokens: 2000, tools: TOOLS, messages });
      assert.equal(textOf(second), FINAL_TEXT);
      assert.deepEqual(
        toolHistory(model, upstreams.lastBody(model)),
        CALLS.map((call) => ({ ...call, result: RESULTS[call.name as keyof typeof RESULTS] })),
      );
    });
  }

  test(`${model}: a tool without arguments is called with an empty object`, async () => {
    upstreams.script({ toolCalls: [{ name: 'weather', arguments: {} }] });
    const final = await ask(true, { model, max_tokens: 2000, tools: TOOLS, messages: [QUESTION] });
    const calls = final.content.filter((block) => block.type === 'tool_use');
    assert.deepEqual(
      calls.map(({ input }) => input),
      [{}],
    );
  });

  test(`${model}: overload arrives as OverloadedError`, async () => {
    const status = model === 'on-anthropic' ? 529 : 503;
    upstreams.script({ status });
    await assert.rejects(anthropic.messages.create({ model, max_tokens: 2000, messages: ASK }), (error) => {
      assert.ok(error instanceof Anthropic.APIError, String(error));
      assert.equal(error.constructor.name, 'OverloadedError');
      assert.equal(error.status, 529);
      assert.equal(error.type, 'overloaded_error');
      return true;
    });
  });

  test(`${model}: the SDK tries again after an overload`, async () => {
    upstreams.script({ times: 1, status: model === 'on-anthropic' ? 529 : 503 }, {});
    const patient = new Anthropic({ baseURL: upstreams.origin, apiKey: TESTER_KEY, maxRetries: 3 });
    assert.equal(textOf(await patient.messages.create({ model, max_tokens: 2000, messages: ASK })), TEXT);
  });

  test(`${model}: an error in the middle of a stream is thrown with its words`, async () => {
    upstreams.script({ chunks: 5, streamError: { status: 529, message: 'Too busy to go on.', afterEvents: 2 } });
    const stream = anthropic.messages.stream({ model, max_tokens: 2000, messages: ASK });
    let text = '';
    stream.on('text', (delta) => {
      text += delta;
    });
    await assert.rejects(stream.finalMessage(), (error) => {
      assert.ok(error instanceof Anthropic.APIError, String(error));
      assert.match(error.message, /Too busy to go on\./);
      return true;
    });
    assert.equal(text, 'Hello from');
  });

  test(`${model}: stream.abort() ends the upstream call`, async () => {
    upstreams.script({ endless: true, intervalMs: 5 });
    const stream = anthropic.messages.stream({ model, max_tokens: 2000, messages: ASK });
    stream.once('text', () => stream.abort());
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
    await waitFor('the end of the upstream call', () => upstreams.received(model).at(-1)?.abortedAt);
  });
}

for (const model of THINKERS) {
  for (const isStream of [false, true]) {
    test(`${model}: thoughts are shown, and given back with the results of tools, ${isStream ? 'streamed' : 'whole'}`, async () => {
      upstreams.scriptToolLoop({ thinking: THOUGHT });
      const common = { model, max_tokens: 8000, tools: TOOLS, thinking: { type: 'enabled' as const, budget_tokens: 2000 } };
      const first = await ask(isStream, { ...common, messages: [QUESTION] });
      const thoughts = first.content.filter((block) => block.type === 'thinking');
      assert.equal(thoughts.map((block) => block.thinking).join(''), THOUGHT);
      assert.equal(first.content[0]?.type, 'thinking');
      const messages = [QUESTION, { role: 'assistant' as const, content: first.content }, resultsOf(first)];
      const second = await ask(isStream, { ...common, messages });
      assert.equal(textOf(second), FINAL_TEXT);
      assert.equal(toolHistory(model, upstreams.lastBody(model)).length, 2);
      assert.match(JSON.stringify(upstreams.lastBody(model)), PROOFS[model]);
    });
  }
}

/** Where each vendor wants its own state back; compatible chat servers have none. */
const PROOFS = {
  'on-thinking-chat': /"tool_call_id"/,
  'on-responses': /"encrypted_content":"bW9jazpvcGVuYWk6/,
  'on-anthropic': /"thinking":"I have to look both up\.","signature":"bW9jazphbnRocm9waWM6/,
  'on-gemini': /"thoughtSignature":"bW9jazpnZW1pbmk6/,
} as const;

test('a thought without visible text keeps its signature', async () => {
  upstreams.scriptToolLoop({ thinking: '' });
  const common = { model: 'on-anthropic', max_tokens: 8000, tools: TOOLS, thinking: { type: 'enabled' as const, budget_tokens: 2000 } };
  const first = await ask(true, { ...common, messages: [QUESTION] });
  assert.deepEqual(
    first.content.map(({ type }) => type),
    ['thinking', 'tool_use', 'tool_use'],
  );
  const messages = [QUESTION, { role: 'assistant' as const, content: first.content }, resultsOf(first)];
  assert.equal(textOf(await ask(true, { ...common, messages })), FINAL_TEXT);
});

for (const model of ['on-responses', 'on-anthropic', 'on-gemini']) {
  test(`${model}: messages.countTokens() asks the upstream`, async () => {
    upstreams.script({ usage: { input: 77, output: 1 } });
    const counted = await anthropic.messages.countTokens({ model, system: 'Be brief.', tools: TOOLS, messages: ASK });
    assert.equal(counted.input_tokens, 77);
    assert.match(JSON.stringify(upstreams.lastBody(model)), /Be brief\./);
  });
}

test('on-chat: messages.countTokens() estimates, because chat completions cannot count', async () => {
  upstreams.script();
  const counted = await anthropic.messages.countTokens({ model: 'on-chat', messages: ASK });
  assert.ok(counted.input_tokens > 0);
});
