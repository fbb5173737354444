import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateObject, isStepCount, streamObject, streamText, tool } from 'ai';
import type { LanguageModel } from 'ai';
import { z } from 'zod';
import { CALLS, FINAL_TEXT, FourUpstreams, LIMITED, RESULTS, UPSTREAMS } from '../support/four-upstreams.ts';
import { TESTER_KEY } from '../support/mocked-gateway.ts';
import { toolHistory } from '../support/tool-history.ts';

const THOUGHT = 'I have to look both up.';
const THINKERS = ['on-thinking-chat', 'on-responses', 'on-anthropic', 'on-gemini'] as const;
const Event = z.object({ name: z.string(), people: z.array(z.string()) });
const EVENT = { name: 'Fair', people: ['Ann', 'Bo'] };
const TOOLS = {
  weather: tool({
    description: 'Tells the weather.',
    inputSchema: z.object({ city: z.string() }),
    execute: () => RESULTS.weather,
  }),
  local_time: tool({
    inputSchema: z.object({ city: z.string(), format: z.enum(['12h', '24h']).optional() }),
    execute: () => RESULTS.local_time,
  }),
};

/** By default the package trusts the server to keep its answers, and gives only their ids back. The mock upstream keeps nothing. */
function keeping(upstream: string): { openai: { store?: false } } {
  return upstream === 'on-responses' ? { openai: { store: false } } : { openai: {} };
}

let upstreams: FourUpstreams;

before(async () => {
  upstreams = await FourUpstreams.start();
});
after(() => upstreams.close());

/** Each package of the AI SDK, with the prefix of names whose abilities it knows. */
const PACKAGES: Readonly<Record<string, (upstream: string) => LanguageModel>> = {
  '@ai-sdk/openai chat': (upstream) => createOpenAI({ baseURL: `${upstreams.origin}/v1`, apiKey: TESTER_KEY }).chat(`gpt-5.1-${upstream}`),
  '@ai-sdk/openai responses': (upstream) => createOpenAI({ baseURL: `${upstreams.origin}/v1`, apiKey: TESTER_KEY }).responses(`gpt-5.1-${upstream}`),
  '@ai-sdk/anthropic': (upstream) => createAnthropic({ baseURL: `${upstreams.origin}/v1`, apiKey: TESTER_KEY })(`claude-sonnet-4-5-${upstream}`),
  '@ai-sdk/google': (upstream) => createGoogle({ baseURL: `${upstreams.origin}/v1beta`, apiKey: TESTER_KEY })(`gemini-3-pro-preview-${upstream}`),
  '@ai-sdk/openai-compatible': (upstream) =>
    createOpenAICompatible({
      name: 'gateway',
      baseURL: `${upstreams.origin}/v1`,
      apiKey: TESTER_KEY,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(upstream),
};

for (const [index, [name, modelOf]] of Object.entries(PACKAGES).entries()) {
  for (const upstream of UPSTREAMS) {
    test(`${name} ${upstream}: streamText() calls two tools and goes on with their results`, async () => {
      upstreams.scriptToolLoop({ text: 'Let me look. ' });
      const errors: unknown[] = [];
      const result = streamText({
        model: modelOf(upstream),
        system: 'Be brief.',
        prompt: 'Weather in Zürich, time in Rome?',
        providerOptions: keeping(upstream),
        tools: TOOLS,
        stopWhen: isStepCount(3),
        maxRetries: 0,
        onError: ({ error }) => void errors.push(error),
      });
      const [text, steps, usage] = await Promise.all([result.text, result.steps, result.totalUsage]).catch((error: unknown) => {
        throw errors[0] ?? error;
      });
      assert.deepEqual(errors, []);
      assert.equal(text, FINAL_TEXT);
      assert.deepEqual(
        steps.map(({ finishReason }) => finishReason),
        ['tool-calls', 'stop'],
      );
      assert.deepEqual(
        steps[0]?.toolCalls.map((call) => ({ name: call.toolName, arguments: call.input as unknown })),
        CALLS,
      );
      assert.deepEqual([usage.inputTokens, usage.outputTokens], [24, 12]);
      assert.deepEqual(
        toolHistory(upstream, upstreams.lastBody(upstream)),
        CALLS.map((call) => ({ ...call, result: RESULTS[call.name as keyof typeof RESULTS] })),
      );
    });

    test(`${name} ${upstream}: generateObject() and streamObject() give what a zod schema asks for`, async () => {
      upstreams.script({ text: JSON.stringify(EVENT) });
      const request = { model: modelOf(upstream), schema: Event, prompt: 'Plan', maxRetries: 0 };
      assert.deepEqual((await generateObject(request)).object, EVENT);
      assert.match(JSON.stringify(upstreams.lastBody(upstream)), /"people"/);
      const streamed = streamObject(request);
      for await (const _part of streamed.partialObjectStream);
      assert.deepEqual(await streamed.object, EVENT);
    });
  }

  for (const upstream of THINKERS) {
    test(`${name} ${upstream}: streamText() shows thoughts and gives them back`, async () => {
      upstreams.scriptToolLoop({ thinking: THOUGHT });
      const errors: unknown[] = [];
      const result = streamText({
        model: modelOf(upstream),
        prompt: 'Weather in Zürich, time in Rome?',
        reasoning: 'low',
        providerOptions: { ...keeping(upstream), google: { thinkingConfig: { includeThoughts: true } } },
        tools: TOOLS,
        stopWhen: isStepCount(3),
        maxRetries: 0,
        onError: ({ error }) => void errors.push(error),
      });
      const [text, steps] = await Promise.all([result.text, result.steps]).catch((error: unknown) => {
        throw errors[0] ?? error;
      });
      assert.deepEqual(errors, []);
      assert.equal(text, FINAL_TEXT);
      // OpenAI's package reads no thoughts from chat completions.
      if (name !== '@ai-sdk/openai chat')
        assert.deepEqual(
          steps.map(({ reasoningText }) => reasoningText),
          [THOUGHT, THOUGHT],
        );
      assert.equal(toolHistory(upstream, upstreams.lastBody(upstream)).length, 2);
    });
  }

  test(`${name}: errors surface as APICallError with status and whether to try again`, async () => {
    const model = modelOf(LIMITED[index] ?? '');
    upstreams.script({ status: 400, body: { error: { message: 'The prompt is too odd.', type: 'invalid_request_error' } } });
    const refused = await failure(model);
    assert.deepEqual([refused.statusCode, refused.isRetryable], [400, false]);
    assert.match(refused.message, /The prompt is too odd\./);
    upstreams.script({ status: 429, retryAfterSeconds: 60 });
    const limited = await failure(model);
    assert.deepEqual([limited.statusCode, limited.isRetryable], [429, true]);
    const unknown = await failure(modelOf('nowhere'));
    assert.deepEqual([unknown.statusCode, unknown.isRetryable], [404, false]);
  });

  test(`${name}: an error in the middle of a stream surfaces with its words`, async () => {
    for (const upstream of UPSTREAMS) {
      upstreams.script({ chunks: 5, streamError: { status: 503, message: 'Too busy to go on.', afterEvents: 2 } });
      const errors: unknown[] = [];
      const result = streamText({ model: modelOf(upstream), prompt: 'Hello', maxRetries: 0, onError: ({ error }) => void errors.push(error) });
      for await (const _text of result.textStream);
      assert.equal(errors.length, 1, upstream);
      assert.match(JSON.stringify(errors[0]) + String(errors[0]), /Too busy to go on\./, upstream);
    }
  });
}

async function failure(model: LanguageModel): Promise<APICallError> {
  const error: unknown = await generateObject({ model, schema: Event, prompt: 'Plan', maxRetries: 0 }).catch((thrown: unknown) => thrown);
  assert.ok(APICallError.isInstance(error), String(error));
  return error;
}
