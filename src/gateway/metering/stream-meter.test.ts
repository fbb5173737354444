import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProtocolName } from '../../domain/protocol.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { StreamMeter } from './stream-meter.ts';

function meterOf(protocol: ProtocolName, events: readonly (object | string)[]): StreamMeter {
  const meter = new StreamMeter(PROTOCOLS[protocol]);
  for (const event of events) meter.event(Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)));
  return meter;
}

const chunk = (delta: object, finish: string | null = null, more: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-x',
  choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
  ...more,
});
const USAGE = {
  prompt_tokens: 120,
  completion_tokens: 40,
  total_tokens: 160,
  prompt_tokens_details: { cached_tokens: 80, cache_write_tokens: 10, audio_tokens: 5 },
  completion_tokens_details: { reasoning_tokens: 25, audio_tokens: 3 },
};

test('chat: figures of the usage chunk, by class', () => {
  const meter = meterOf('openai-chat', [
    chunk({ role: 'assistant', content: '', refusal: null }, null, { usage: null }),
    chunk({ content: 'Hi' }),
    chunk({}, 'stop'),
    { ...chunk({}), choices: [], usage: USAGE },
    '[DONE]',
  ]);
  assert.deepEqual(meter.usage, {
    input: 30,
    cacheRead: 80,
    cacheWrite: 10,
    output: 40,
    reasoning: 25,
    audioInput: 5,
    audioOutput: 3,
    provenance: 'measured',
  });
  assert.equal(meter.answeredModel, 'gpt-x');
  assert.equal(meter.textBytes, 2);
  assert.equal(meter.isEnded, true);
  assert.equal(meter.isFinal, true);
});

test('chat: figures that come on every chunk replace, they never add up', () => {
  const counts = [1, 2, 3].map((n) => chunk({ content: 'x' }, null, { usage: { prompt_tokens: 10, completion_tokens: n, total_tokens: 10 + n } }));
  assert.equal(meterOf('openai-chat', counts).usage?.output, 3);
});

test('chat: figures that Groq wraps are found behind an empty usage', () => {
  const meter = meterOf('openai-chat', [
    chunk({}, 'stop', { usage: null, x_groq: { id: 'r', usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } } }),
  ]);
  assert.equal(meter.usage?.input, 7);
  assert.equal(meter.usage?.output, 3);
});

test('chat: a finish reason ends the answer, [DONE] ends the stream', () => {
  const meter = meterOf('openai-chat', [chunk({ content: 'Hi' })]);
  assert.equal(meter.isEnded, false);
  meter.event(Buffer.from(JSON.stringify(chunk({}, 'length'))));
  assert.equal(meter.isEnded, true);
  assert.equal(meter.isFinal, false, 'figures may follow');
  meter.event(Buffer.from('[DONE] '));
  assert.equal(meter.isFinal, true);
});

test('chat: text, refusals, thoughts and tool arguments count as delivered text', () => {
  const deltas = [
    { content: 'four' },
    { refusal: 'no' },
    { reasoning_content: 'hmm' },
    { reasoning: 'aha' },
    { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] },
    { content: '' },
    { content: null },
  ];
  const lengths = deltas.map((delta) => meterOf('openai-chat', [chunk(delta)]).textBytes);
  assert.deepEqual(lengths, [4, 2, 3, 3, '{\\"a\\":1}'.length, 0, 0]);
});

test('chat: an error in the stream is seen, a null one is none', () => {
  assert.deepEqual(
    meterOf('openai-chat', [{ error: { message: 'broken', type: 'server_error', param: null, code: null } }]).error?.['message'],
    'broken',
  );
  assert.equal(meterOf('openai-chat', [chunk({ content: '"error"' }), chunk({ content: 'x' }, null, { error: null })]).error, null);
});

const RESPONSE = { id: 'resp_1', object: 'response', status: 'in_progress', model: 'gpt-x', output: [], error: null, usage: null };

test('responses: figures and the end come with the last event', () => {
  const meter = meterOf('openai-responses', [
    { type: 'response.created', sequence_number: 0, response: RESPONSE },
    { type: 'response.output_text.delta', sequence_number: 1, item_id: 'm', output_index: 0, content_index: 0, delta: 'Hello', logprobs: [] },
  ]);
  assert.equal(meter.isEnded, false);
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 15 },
    output_tokens: 30,
    output_tokens_details: { reasoning_tokens: 12 },
    total_tokens: 130,
  };
  meter.event(Buffer.from(JSON.stringify({ type: 'response.completed', sequence_number: 2, response: { ...RESPONSE, status: 'completed', usage } })));
  assert.deepEqual(meter.usage, {
    input: 25,
    cacheRead: 60,
    cacheWrite: 15,
    output: 30,
    reasoning: 12,
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  });
  assert.equal(meter.isFinal, true);
  assert.equal(meter.answeredModel, 'gpt-x');
  assert.equal(meter.textBytes, 5);
  assert.equal(meter.error, null);
});

test('responses: incomplete and failed are ends as well, failed and error events are errors', () => {
  assert.equal(meterOf('openai-responses', [{ type: 'response.incomplete', response: RESPONSE }]).isFinal, true);
  const failed = meterOf('openai-responses', [
    { type: 'response.failed', response: { ...RESPONSE, status: 'failed', error: { code: 'server_error', message: 'broken' } } },
  ]);
  assert.equal(failed.isFinal, true);
  assert.equal(failed.error?.['message'], 'broken');
  assert.equal(
    meterOf('openai-responses', [{ type: 'error', code: 'x', message: 'flat', param: null, sequence_number: 3 }]).error?.['message'],
    'flat',
  );
  assert.equal(
    meterOf('openai-responses', [{ type: 'error', sequence_number: 3, error: { type: 't', code: 'x', message: 'nested', param: null } }]).error?.[
      'message'
    ],
    'nested',
  );
});

const messageStart = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [],
    usage: { input_tokens: 20, cache_creation_input_tokens: 7, cache_read_input_tokens: 300, output_tokens: 1 },
  },
};

test('messages: the last totals replace those of the start, what is not told again stays', () => {
  const meter = meterOf('anthropic-messages', [
    messageStart,
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{}' } },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { input_tokens: 25, output_tokens: 40, output_tokens_details: { thinking_tokens: 15 } },
    },
  ]);
  assert.deepEqual(meter.usage, {
    input: 25,
    cacheRead: 300,
    cacheWrite: 7,
    output: 40,
    reasoning: 15,
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  });
  assert.equal(meter.textBytes, 9);
  assert.equal(meter.answeredModel, 'claude-x');
  assert.equal(meter.isEnded, false, 'a message without message_stop was cut');
  meter.event(Buffer.from('{"type":"message_stop"}'));
  assert.equal(meter.isFinal, true);
});

test('messages: a stream that breaks after its start has its input figures', () => {
  assert.equal(meterOf('anthropic-messages', [messageStart]).usage?.input, 20);
  assert.equal(meterOf('anthropic-messages', [messageStart]).usage?.cacheRead, 300);
});

test('messages: an error event is seen', () => {
  assert.equal(
    meterOf('anthropic-messages', [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }]).error?.['type'],
    'overloaded_error',
  );
});

test('text that consists of nothing but the name of a last event ends nothing', () => {
  const text = meterOf('anthropic-messages', [{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'message_stop' } }]);
  const delta = meterOf('openai-responses', [{ type: 'response.output_text.delta', delta: 'response.completed' }]);
  const gemini = meterOf('gemini-generate', [{ candidates: [{ content: { parts: [{ text: 'finishReason' }] } }] }]);
  for (const meter of [text, delta, gemini]) {
    assert.equal(meter.isEnded, false);
    assert.equal(meter.isFinal, false);
    assert.equal(meter.error, null);
  }
});

test('gemini: running totals, the last ones count; thoughts are part of the output', () => {
  const frame = (text: string, usage: object, more: object = {}): object => ({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }],
    usageMetadata: usage,
    modelVersion: 'gemini-x',
  });
  const meter = meterOf('gemini-generate', [
    frame('Hel', { promptTokenCount: 50, candidatesTokenCount: 1, totalTokenCount: 51 }),
    frame(
      'lo',
      {
        promptTokenCount: 50,
        cachedContentTokenCount: 30,
        toolUsePromptTokenCount: 4,
        candidatesTokenCount: 9,
        thoughtsTokenCount: 20,
        totalTokenCount: 83,
      },
      { finishReason: 'STOP' },
    ),
  ]);
  assert.deepEqual(meter.usage, {
    input: 24,
    cacheRead: 30,
    cacheWrite: 0,
    output: 29,
    reasoning: 20,
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  });
  assert.equal(meter.textBytes, 5);
  assert.equal(meter.isEnded, true);
  assert.equal(meter.isFinal, false, 'the connection ends the stream');
});

test('gemini: a blocked prompt is an end', () => {
  assert.equal(
    meterOf('gemini-generate', [{ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } }]).isEnded,
    true,
  );
});

test('completions: text and figures', () => {
  const meter = meterOf('openai-completions', [
    { object: 'text_completion', model: 'old', choices: [{ text: 'abc', index: 0, logprobs: null, finish_reason: null }] },
    {
      object: 'text_completion',
      model: 'old',
      choices: [{ text: '', index: 0, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
    },
    '[DONE]',
  ]);
  assert.equal(meter.textBytes, 3);
  assert.equal(meter.usage?.input, 5);
  assert.equal(meter.usage?.output, 3);
  assert.equal(meter.isFinal, true);
});

test('cache figures larger than the whole input leave no negative count', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } };
  assert.equal(meterOf('openai-chat', [chunk({}, null, { usage })]).usage?.input, 0);
});

test('events that are no JSON are passed over', () => {
  const meter = meterOf('openai-chat', ['', 'hello', '{"usage":{', '[1]', '"usage":{']);
  assert.equal(meter.usage, null);
  assert.equal(meter.error, null);
  assert.equal(meter.isEnded, false);
});

test('of an event that is too long to read, only its end is seen', () => {
  const meter = new StreamMeter(PROTOCOLS['openai-responses']);
  meter.skim(Buffer.from('{"type":"response.output_item.done","item":{"text":"response.completed'));
  assert.equal(meter.isFinal, false);
  meter.skim(Buffer.from('{"type":"response.completed","response":{"output":[{"type":"image","result":"iVBOR'));
  assert.equal(meter.isFinal, true);
  const gemini = new StreamMeter(PROTOCOLS['gemini-generate']);
  gemini.skim(Buffer.from('BORw0KGgo"}}]},"finishReason":"STOP"}]}'));
  assert.equal(gemini.isEnded, true);
});
