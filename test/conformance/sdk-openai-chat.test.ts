import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletion, ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import { z } from 'zod';
import { CALLS, FINAL_TEXT, FourUpstreams, RESULTS, TEXT, UPSTREAMS } from '../support/four-upstreams.ts';
import { TESTER_KEY } from '../support/mocked-gateway.ts';
import { toolHistory } from '../support/tool-history.ts';
import { waitFor } from '../support/wait-for.ts';

const ASK: ChatCompletionMessageParam[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
];
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' }, format: { type: 'string' } }, required: ['city'] };
const TOOLS: ChatCompletionTool[] = [
  { type: 'function', function: { name: 'weather', description: 'Tells the weather.', parameters: PARAMETERS } },
  { type: 'function', function: { name: 'local_time', parameters: PARAMETERS } },
];
const Event = z.object({ name: z.string(), day: z.string(), people: z.array(z.string()) });
const EVENT = { name: 'Fair', day: 'Friday', people: ['Ann', 'Bo'] };
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let upstreams: FourUpstreams;
let openai: OpenAI;

before(async () => {
  upstreams = await FourUpstreams.start();
  openai = new OpenAI({ baseURL: `${upstreams.origin}/v1`, apiKey: TESTER_KEY, maxRetries: 0 });
});
after(() => upstreams.close());

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('a rejection was expected'),
    (error: unknown) => error,
  );
}

for (const model of UPSTREAMS) {
  test(`${model}: a chat completion comes whole`, async () => {
    upstreams.script();
    const completion = await openai.chat.completions.create({ model, messages: ASK, temperature: 0.5, max_completion_tokens: 2000 });
    assert.equal(completion.choices[0]?.message.content, TEXT);
    assert.equal(completion.choices[0].finish_reason, 'stop');
    assert.equal(completion.model, model);
    assert.equal(completion.object, 'chat.completion');
    assert.equal(completion.usage?.total_tokens, 18);
    assert.equal(upstreams.received(model).at(-1)?.key, `sk-${model}-12345`);
    assert.match(JSON.stringify(upstreams.lastBody(model)), /Be brief\./);
  });

  test(`${model}: chat.completions.stream() tells the text and the final completion`, async () => {
    upstreams.script({ chunks: 12 });
    const stream = openai.chat.completions.stream({ model, messages: ASK });
    let text = '';
    stream.on('content', (delta) => {
      text += delta;
    });
    const final = await stream.finalChatCompletion();
    assert.equal(final.choices[0]?.message.content, text);
    assert.ok(text.startsWith(TEXT));
    assert.equal(final.choices[0].finish_reason, 'stop');
    assert.equal(final.model, model);
  });

  test(`${model}: the usage of a stream is the usage of the whole answer, and comes only when asked for`, async () => {
    upstreams.script({ usage: { input: 120, cacheRead: 40, output: 33, reasoning: 9 } });
    const whole = await openai.chat.completions.create({ model, messages: ASK });
    assert.equal(whole.usage?.prompt_tokens, 120);
    assert.equal(whole.usage.completion_tokens, 33);
    assert.equal(whole.usage.total_tokens, 153);
    assert.equal(whole.usage.prompt_tokens_details?.cached_tokens, 40);
    assert.equal(whole.usage.completion_tokens_details?.reasoning_tokens, 9);
    const asked = await openai.chat.completions.create({ model, messages: ASK, stream: true, stream_options: { include_usage: true } });
    const chunks = await Array.fromAsync(asked);
    assert.deepEqual(chunks.at(-1)?.choices, []);
    assert.deepEqual(chunks.at(-1)?.usage, whole.usage);
    assert.equal(chunks.filter(({ usage }) => usage !== null && usage !== undefined).length, 1);
    const unasked = await Array.fromAsync(await openai.chat.completions.create({ model, messages: ASK, stream: true }));
    assert.equal(unasked.filter(({ usage }) => usage !== null && usage !== undefined).length, 0);
    assert.ok(unasked.every(({ choices }) => choices.length === 1));
  });

  for (const isStream of [false, true]) {
    test(`${model}: two tools are called at once and their results come back, ${isStream ? 'streamed' : 'whole'}`, async () => {
      upstreams.scriptToolLoop({ text: 'Let me look.' });
      const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Weather in Zürich, time in Rome?' }];
      const ask = (): Promise<ChatCompletion> =>
        isStream
          ? openai.chat.completions.stream({ model, messages, tools: TOOLS }).finalChatCompletion()
          : openai.chat.completions.create({ model, messages, tools: TOOLS });
      const first = await ask();
      assert.equal(first.choices[0]?.finish_reason, 'tool_calls');
      const { message } = first.choices[0];
      messages.push(message);
      for (const call of message.tool_calls ?? []) {
        assert.equal(call.type, 'function');
        const name = call.function.name as keyof typeof RESULTS;
        messages.push({ role: 'tool', tool_call_id: call.id, content: RESULTS[name] });
      }
      assert.deepEqual(
        message.tool_calls?.map((call) => (call.type === 'function' ? [call.function.name, JSON.parse(call.function.arguments)] : [])),
        CALLS.map((call) => [call.name, call.arguments]),
      );
      const second = await ask();
      assert.equal(second.choices[0]?.message.content, FINAL_TEXT);
      assert.equal(second.choices[0].finish_reason, 'stop');
      assert.deepEqual(
        toolHistory(model, upstreams.lastBody(model)),
        CALLS.map((call) => ({ ...call, result: RESULTS[call.name as keyof typeof RESULTS] })),
      );
    });
  }

  test(`${model}: a tool without arguments is called with an empty object`, async () => {
    upstreams.script({ toolCalls: [{ name: 'weather', arguments: {} }] });
    const final = await openai.chat.completions.stream({ model, messages: ASK, tools: TOOLS }).finalChatCompletion();
    const [call] = final.choices[0]?.message.tool_calls ?? [];
    assert.equal(call?.type === 'function' ? call.function.arguments : null, '{}');
  });

  test(`${model}: chat.completions.parse() gives what a zod schema asks for`, async () => {
    upstreams.script({ text: JSON.stringify(EVENT) });
    const parsed = await openai.chat.completions.parse({ model, messages: ASK, response_format: zodResponseFormat(Event, 'event') });
    assert.deepEqual(parsed.choices[0]?.message.parsed, EVENT);
    assert.match(JSON.stringify(upstreams.lastBody(model)), /"people"/);
  });

  test(`${model}: an image travels as data`, async () => {
    upstreams.script();
    const url = `data:image/png;base64,${PIXEL}`;
    const content = [
      { type: 'text' as const, text: 'What is this?' },
      { type: 'image_url' as const, image_url: { url } },
    ];
    await openai.chat.completions.create({ model, messages: [{ role: 'user', content }] });
    assert.ok(JSON.stringify(upstreams.lastBody(model)).includes(PIXEL));
  });

  test(`${model}: an error in the middle of a stream is thrown as APIError`, async () => {
    upstreams.script({ chunks: 5, streamError: { status: 529, message: 'Too busy to go on.', afterEvents: 2 } });
    const stream = await openai.chat.completions.create({ model, messages: ASK, stream: true });
    let text = '';
    const error = await rejection(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      })(),
    );
    assert.ok(error instanceof OpenAI.APIError, String(error));
    assert.match(error.message, /Too busy to go on\./);
    assert.equal(text, 'Hello from');
  });

  test(`${model}: stream.abort() ends the upstream call`, async () => {
    upstreams.script({ endless: true, intervalMs: 5 });
    const stream = openai.chat.completions.stream({ model, messages: ASK });
    let seen = 0;
    stream.on('content', () => {
      seen += 1;
      if (seen === 3) stream.abort();
    });
    await assert.rejects(stream.done(), OpenAI.APIUserAbortError);
    await waitFor('the end of the upstream call', () => upstreams.received(model).at(-1)?.abortedAt);
  });

  test(`${model}: a 429 with retry-after is waited for and tried again once`, async () => {
    upstreams.script({ times: 1, status: 429, retryAfterSeconds: 1 }, {});
    const patient = new OpenAI({ baseURL: `${upstreams.origin}/v1`, apiKey: TESTER_KEY, maxRetries: 1 });
    const completion = await patient.chat.completions.create({ model, messages: ASK });
    assert.equal(completion.choices[0]?.message.content, TEXT);
    const [refused, taken] = upstreams.received(model);
    assert.equal(refused?.status, 429);
    assert.ok((taken?.at ?? 0) - (refused?.at ?? 0) >= 900);
  });

  test(`${model}: a refusal of the upstream arrives as BadRequestError with its words`, async () => {
    upstreams.script({ status: 400, body: refusalOf(model) });
    const error = await rejection(openai.chat.completions.create({ model, messages: ASK }));
    assert.ok(error instanceof OpenAI.BadRequestError, String(error));
    assert.equal(error.type, 'invalid_request_error');
    assert.match(error.message, /The prompt is too odd\./);
  });
}

function refusalOf(model: (typeof UPSTREAMS)[number]): object {
  const message = 'The prompt is too odd.';
  switch (model) {
    case 'on-anthropic':
      return { type: 'error', error: { type: 'invalid_request_error', message }, request_id: 'req_1' };
    case 'on-gemini':
      return { error: { code: 400, message, status: 'INVALID_ARGUMENT' } };
    case 'on-chat':
    case 'on-responses':
      return { error: { message, type: 'invalid_request_error', param: null, code: null } };
  }
}

for (const model of UPSTREAMS) {
  test(`${model}: an image travels as an address`, async () => {
    upstreams.script();
    const url = 'https://images.example/cat.png';
    await openai.chat.completions.create({ model, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] });
    assert.ok(JSON.stringify(upstreams.lastBody(model)).includes(url));
  });
}

for (const model of ['on-thinking-chat', 'on-anthropic', 'on-gemini', 'on-responses'] as const) {
  test(`${model}: thoughts come apart from the text, whole and streamed`, async () => {
    upstreams.script({ thinking: 'They greet me.' });
    const request = { model, messages: ASK, reasoning_effort: 'low' as const };
    const whole = await openai.chat.completions.create(request);
    const message = whole.choices[0]?.message as { content: string; reasoning_content?: string };
    assert.equal(message.content, TEXT);
    assert.equal(message.reasoning_content, 'They greet me.');
    let thoughts = '';
    let text = '';
    for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) {
      const delta = chunk.choices[0]?.delta as { content?: string; reasoning_content?: string } | undefined;
      thoughts += delta?.reasoning_content ?? '';
      text += delta?.content ?? '';
    }
    assert.deepEqual([thoughts, text], ['They greet me.', TEXT]);
  });

  test(`${model}: a message that is given back as it came carries its thoughts through a tool loop`, async () => {
    upstreams.scriptToolLoop({ thinking: 'I have to look.' });
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Weather in Zürich, time in Rome?' }];
    const first = await openai.chat.completions.create({ model, messages, tools: TOOLS, reasoning_effort: 'low' });
    const message = first.choices[0]?.message;
    assert.ok(message);
    messages.push(message);
    for (const call of message.tool_calls ?? []) messages.push({ role: 'tool', tool_call_id: call.id, content: 'fine' });
    const second = await openai.chat.completions.create({ model, messages, tools: TOOLS, reasoning_effort: 'low' });
    assert.equal(second.choices[0]?.message.content, FINAL_TEXT);
    assert.equal(toolHistory(model, upstreams.lastBody(model)).length, 2);
  });
}

for (const model of ['embeds', 'embeds-gemini']) {
  test(`${model}: embeddings come as numbers, asked for as base64 and as floats`, async () => {
    upstreams.script();
    const byDefault = await openai.embeddings.create({ model, input: ['a', 'b'] });
    const asFloats = await openai.embeddings.create({ model, input: ['a', 'b'], encoding_format: 'float' });
    assert.deepEqual(
      byDefault.data.map(({ index }) => index),
      [0, 1],
    );
    for (const [index, { embedding }] of byDefault.data.entries()) {
      assert.equal(embedding.length, 4);
      embedding.forEach((value, at) => assert.ok(Math.abs(value - (asFloats.data[index]?.embedding[at] ?? 0)) < 1e-6));
    }
    assert.equal(byDefault.model, model);
  });
}

for (const model of UPSTREAMS) {
  test(`${model}: a legacy completion streams`, async () => {
    upstreams.script();
    let text = '';
    let finish: string | null = null;
    for await (const chunk of await openai.completions.create({ model, prompt: 'Once', max_tokens: 100, stream: true })) {
      text += chunk.choices[0]?.text ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    assert.deepEqual([text, finish], [TEXT, 'stop']);
  });
}
