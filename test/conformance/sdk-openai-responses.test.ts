import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import type { FunctionTool, Response, ResponseCreateParamsNonStreaming, ResponseInputItem } from 'openai/resources/responses/responses';
import { z } from 'zod';
import { CALLS, FINAL_TEXT, FourUpstreams, RESULTS, TEXT, UPSTREAMS } from '../support/four-upstreams.ts';
import { TESTER_KEY } from '../support/mocked-gateway.ts';
import { toolHistory } from '../support/tool-history.ts';
import { waitFor } from '../support/wait-for.ts';

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' }, format: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const TOOLS: FunctionTool[] = [
  { type: 'function', name: 'weather', description: 'Tells the weather.', parameters: PARAMETERS, strict: false },
  { type: 'function', name: 'local_time', parameters: PARAMETERS, strict: false },
];
const Event = z.object({ name: z.string(), people: z.array(z.string()) });
const EVENT = { name: 'Fair', people: ['Ann', 'Bo'] };
const QUESTION: ResponseInputItem = { role: 'user', content: 'Weather in Zürich, time in Rome?' };

let upstreams: FourUpstreams;
let openai: OpenAI;

before(async () => {
  upstreams = await FourUpstreams.start();
  openai = new OpenAI({ baseURL: `${upstreams.origin}/v1`, apiKey: TESTER_KEY, maxRetries: 0 });
});
after(() => upstreams.close());

/** Asks whole or streamed; the stream's own checks are those of the SDK. */
function ask(isStream: boolean, request: ResponseCreateParamsNonStreaming): Promise<Response> {
  return isStream ? openai.responses.stream({ ...request, stream: true }).finalResponse() : openai.responses.create(request);
}

/** The items of the calls, answered in the opposite order. */
function resultsOf(response: Response): ResponseInputItem[] {
  return response.output
    .filter((item) => item.type === 'function_call')
    .map((call) => ({ type: 'function_call_output' as const, call_id: call.call_id, output: RESULTS[call.name as keyof typeof RESULTS] }))
    .toReversed();
}

for (const model of UPSTREAMS) {
  test(`${model}: a response to a plain string comes whole`, async () => {
    upstreams.script();
    const response = await openai.responses.create({ model, input: 'Hello', instructions: 'Be brief.', max_output_tokens: 2000 });
    assert.equal(response.output_text, TEXT);
    assert.equal(response.status, 'completed');
    assert.equal(response.model, model);
    assert.equal(response.usage?.total_tokens, 18);
    assert.match(JSON.stringify(upstreams.lastBody(model)), /Be brief\./);
  });

  test(`${model}: responses.stream() tells the text and the final response`, async () => {
    upstreams.script({ chunks: 12 });
    const stream = openai.responses.stream({ model, input: 'Hello' });
    let text = '';
    const numbers: number[] = [];
    for await (const event of stream) {
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    const final = await stream.finalResponse();
    assert.equal(final.output_text, text);
    assert.ok(text.startsWith(TEXT));
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index),
    );
    assert.equal(final.model, model);
  });

  test(`${model}: the usage of a stream is the usage of the whole answer`, async () => {
    upstreams.script({ usage: { input: 120, cacheRead: 40, output: 33, reasoning: 9 } });
    const whole = await ask(false, { model, input: 'Hello' });
    assert.equal(whole.usage?.input_tokens, 120);
    assert.equal(whole.usage.input_tokens_details.cached_tokens, 40);
    assert.equal(whole.usage.output_tokens, 33);
    assert.equal(whole.usage.output_tokens_details.reasoning_tokens, 9);
    assert.deepEqual((await ask(true, { model, input: 'Hello' })).usage, whole.usage);
  });

  for (const isStream of [false, true]) {
    test(`${model}: a tool loop without stored state, the output appended as it came, ${isStream ? 'streamed' : 'whole'}`, async () => {
      upstreams.scriptToolLoop({ text: 'Let me look.' });
      const first = await ask(isStream, { model, input: [QUESTION], tools: TOOLS, store: false });
      const calls = first.output.filter((item) => item.type === 'function_call');
      assert.deepEqual(
        calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) as unknown })),
        CALLS,
      );
      const input = [QUESTION, ...(first.output as ResponseInputItem[]), ...resultsOf(first)];
      const second = await ask(isStream, { model, input, tools: TOOLS, store: false });
      assert.equal(second.output_text, FINAL_TEXT);
      assert.deepEqual(
        toolHistory(model, upstreams.lastBody(model)),
        CALLS.map((call) => ({ ...call, result: RESULTS[call.name as keyof typeof RESULTS] })),
      );
    });
  }

  test(`${model}: responses.parse() gives what a zod schema asks for`, async () => {
    upstreams.script({ text: JSON.stringify(EVENT) });
    const parsed = await openai.responses.parse({ model, input: 'Plan', text: { format: zodTextFormat(Event, 'event') } });
    assert.deepEqual(parsed.output_parsed, EVENT);
    assert.match(JSON.stringify(upstreams.lastBody(model)), /"people"/);
  });

  test(`${model}: an error in the middle of a stream ends it as failed, with the upstream's words`, async () => {
    upstreams.script({ chunks: 5, streamError: { status: 529, message: 'Too busy to go on.', afterEvents: 2 } });
    const events: string[] = [];
    const act = async (): Promise<void> => {
      for await (const event of await openai.responses.create({ model, input: 'Hello', stream: true })) {
        events.push(event.type);
        if (event.type === 'response.failed') throw new Error(event.response.error?.message);
      }
    };
    await assert.rejects(act(), /Too busy to go on\./);
    assert.equal(events.filter((type) => type === 'response.output_text.delta').length, 2);
    assert.ok(!events.includes('response.completed'));
  });

  test(`${model}: an aborted stream ends the upstream call`, async () => {
    upstreams.script({ endless: true, intervalMs: 5 });
    for await (const event of await openai.responses.create({ model, input: 'Hello', stream: true })) {
      if (event.type === 'response.output_text.delta') break;
    }
    await waitFor('the end of the upstream call', () => upstreams.received(model).at(-1)?.abortedAt);
  });
}

for (const model of ['on-responses', 'on-anthropic', 'on-gemini'] as const) {
  for (const isStream of [false, true]) {
    test(`${model}: sealed reasoning is given back and proves itself to its maker, ${isStream ? 'streamed' : 'whole'}`, async () => {
      upstreams.scriptToolLoop({ thinking: 'I have to look both up.' });
      const common = {
        model,
        tools: TOOLS,
        store: false,
        reasoning: { effort: 'medium' as const, summary: 'auto' as const },
        include: ['reasoning.encrypted_content' as const],
        max_output_tokens: 8000,
      };
      const first = await ask(isStream, { ...common, input: [QUESTION] });
      const reasoning = first.output.filter((item) => item.type === 'reasoning');
      assert.equal(reasoning.flatMap((item) => item.summary.map(({ text }) => text)).join(''), 'I have to look both up.');
      assert.ok(reasoning.some((item) => typeof item.encrypted_content === 'string'));
      const second = await ask(isStream, { ...common, input: [QUESTION, ...(first.output as ResponseInputItem[]), ...resultsOf(first)] });
      assert.equal(second.output_text, FINAL_TEXT);
      assert.match(JSON.stringify(upstreams.lastBody(model)), PROOFS[model]);
    });
  }
}

/** Where each vendor wants its own state back. */
const PROOFS = {
  'on-responses': /"encrypted_content":"bW9jazpvcGVuYWk6/,
  'on-anthropic': /"thinking":"I have to look both up\.","signature":"bW9jazphbnRocm9waWM6/,
  'on-gemini': /"thoughtSignature":"bW9jazpnZW1pbmk6/,
} as const;

test('reasoning of one vendor is never given to another', async () => {
  for (const [from, to] of [
    ['on-anthropic', 'on-responses'],
    ['on-responses', 'on-anthropic'],
    ['on-anthropic', 'on-gemini'],
    ['on-gemini', 'on-anthropic'],
    ['on-gemini', 'on-responses'],
    ['on-responses', 'on-gemini'],
    ['on-anthropic', 'on-chat'],
  ] as const) {
    upstreams.scriptToolLoop({ thinking: 'I have to look both up.' });
    const common = { tools: TOOLS, store: false, include: ['reasoning.encrypted_content' as const], max_output_tokens: 8000 };
    const first = await ask(false, { ...common, model: from, input: [QUESTION], reasoning: { effort: 'low', summary: 'auto' } });
    const input = [QUESTION, ...(first.output as ResponseInputItem[]), ...resultsOf(first)];
    const second = await ask(false, { ...common, model: to, input });
    assert.equal(second.output_text, FINAL_TEXT, `${from} to ${to}`);
    assert.equal(toolHistory(to, upstreams.lastBody(to)).length, 2);
  }
});

test('state that a provider of another protocol would have to keep is refused by its name', async () => {
  upstreams.script();
  await assert.rejects(openai.responses.create({ model: 'on-anthropic', input: 'Go on', previous_response_id: 'resp_1' }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError, String(error));
    assert.match(error.message, /previous_response_id/);
    return true;
  });
  assert.equal(upstreams.received('on-anthropic').length, 0);
});
