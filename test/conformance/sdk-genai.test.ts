import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ApiError, FunctionCallingConfigMode, GoogleGenAI, ThinkingLevel, Type } from '@google/genai';
import type { CallableTool, FunctionCall, FunctionDeclaration, GenerateContentResponse, Part } from '@google/genai';
import { CALLS, FINAL_TEXT, FourUpstreams, RESULTS, TEXT, UPSTREAMS } from '../support/four-upstreams.ts';
import type { UpstreamName } from '../support/four-upstreams.ts';
import { TESTER_KEY } from '../support/mocked-gateway.ts';
import { toolHistory } from '../support/tool-history.ts';
import { waitFor } from '../support/wait-for.ts';

const DECLARATIONS: FunctionDeclaration[] = [
  {
    name: 'weather',
    description: 'Tells the weather.',
    parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING, nullable: true } }, required: ['city'] },
  },
  {
    name: 'local_time',
    parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' }, format: { type: 'string' } }, additionalProperties: false },
  },
];
const QUESTION = 'Weather in Zürich, time in Rome?';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let upstreams: FourUpstreams;
let genai: GoogleGenAI;

before(async () => {
  upstreams = await FourUpstreams.start();
  genai = new GoogleGenAI({ apiKey: TESTER_KEY, httpOptions: { baseUrl: upstreams.origin } });
});
after(() => upstreams.close());

/** Answers what it is asked, without the ids of the calls. */
class Tools implements CallableTool {
  readonly asked: FunctionCall[] = [];

  tool(): Promise<{ functionDeclarations: FunctionDeclaration[] }> {
    return Promise.resolve({ functionDeclarations: DECLARATIONS });
  }

  callTool(calls: FunctionCall[]): Promise<Part[]> {
    this.asked.push(...calls);
    return Promise.resolve(
      calls.map(({ name = '' }) => ({ functionResponse: { name, response: { output: RESULTS[name as keyof typeof RESULTS] } } })),
    );
  }
}

function idless({ id: _id, ...call }: FunctionCall): FunctionCall {
  return call;
}

/** The answer without the call ids that Gemini does not demand, as clients hold it that know nothing of them. */
function withoutIds(parts: readonly Part[]): Part[] {
  return parts.map((part) => (part.functionCall === undefined ? part : { ...part, functionCall: idless(part.functionCall) }));
}

async function gather(stream: AsyncIterable<GenerateContentResponse>): Promise<{ readonly parts: Part[]; readonly last: GenerateContentResponse }> {
  const frames = await Array.fromAsync(stream);
  const last = frames.at(-1);
  assert.ok(last);
  return { parts: frames.flatMap((frame) => frame.candidates?.[0]?.content?.parts ?? []), last };
}

function plainText(parts: readonly Part[]): string {
  return parts.map((part) => (part.thought === true ? '' : (part.text ?? ''))).join('');
}

for (const model of UPSTREAMS) {
  test(`${model}: generateContent gives the text and the usage`, async () => {
    upstreams.script({ usage: { input: 120, cacheRead: 40, output: 33, reasoning: 9 } });
    const response = await genai.models.generateContent({
      model,
      contents: 'Hello',
      config: { systemInstruction: 'Be brief.', temperature: 0.5, maxOutputTokens: 2000, stopSequences: ['END'] },
    });
    assert.equal(response.text, TEXT);
    assert.equal(response.candidates?.[0]?.finishReason, 'STOP');
    const { promptTokenCount, cachedContentTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = response.usageMetadata ?? {};
    assert.deepEqual([promptTokenCount, cachedContentTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount], [120, 40, 24, 9, 153]);
    assert.match(JSON.stringify(upstreams.lastBody(model)), /Be brief\./);
  });

  test(`${model}: generateContentStream gives the text in pieces, and the usage of the whole answer`, async () => {
    upstreams.script({ chunks: 12, usage: { input: 120, cacheRead: 40, output: 33, reasoning: 9 } });
    const whole = await genai.models.generateContent({ model, contents: 'Hello' });
    const { parts, last } = await gather(await genai.models.generateContentStream({ model, contents: 'Hello' }));
    assert.equal(plainText(parts), whole.text);
    assert.ok(parts.length >= 12);
    assert.equal(last.candidates?.[0]?.finishReason, 'STOP');
    for (const name of ['promptTokenCount', 'cachedContentTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'totalTokenCount'] as const) {
      assert.equal(last.usageMetadata?.[name], whole.usageMetadata?.[name], name);
    }
  });

  test(`${model}: a chat session calls its functions by itself`, async () => {
    upstreams.scriptToolLoop();
    const tools = new Tools();
    const chat = genai.chats.create({ model, config: { tools: [tools] } });
    const response = await chat.sendMessage({ message: QUESTION });
    assert.equal(response.text, FINAL_TEXT);
    assert.deepEqual(
      tools.asked.map(({ name, args }) => ({ name, arguments: args })),
      CALLS,
    );
    checkHistory(model);
  });

  test(`${model}: a chat session goes on behind a tool loop`, async () => {
    upstreams.scriptToolLoop();
    const chat = genai.chats.create({ model, config: { tools: [new Tools()] } });
    await chat.sendMessage({ message: QUESTION });
    const again = await chat.sendMessage({ message: 'Thank you.' });
    assert.equal(again.text, FINAL_TEXT);
    checkHistory(model);
    assert.match(JSON.stringify(upstreams.lastBody(model)), /Thank you\./);
  });

  test(`${model}: calls that were streamed are answered without ids`, async () => {
    upstreams.scriptToolLoop();
    const config = { tools: [{ functionDeclarations: DECLARATIONS }] };
    const { parts } = await gather(await genai.models.generateContentStream({ model, contents: QUESTION, config }));
    const calls = parts.flatMap((part) => (part.functionCall === undefined ? [] : [part.functionCall]));
    assert.deepEqual(
      calls.map(({ name, args }) => ({ name, arguments: args })),
      CALLS,
    );
    const contents = [
      { role: 'user', parts: [{ text: QUESTION }] },
      { role: 'model', parts: withoutIds(parts.filter((part) => part.text !== '')) },
      { role: 'user', parts: await new Tools().callTool(calls) },
    ];
    const { parts: answer } = await gather(await genai.models.generateContentStream({ model, contents, config }));
    assert.equal(plainText(answer), FINAL_TEXT);
    checkHistory(model);
  });

  test(`${model}: JSON by schema, in Gemini's own form and in that of JSON Schema`, async () => {
    upstreams.script({ text: '{"name":"Fair"}' });
    const schemas = [
      { responseSchema: { type: Type.OBJECT, properties: { name: { type: Type.STRING, description: 'How it is called.' } }, required: ['name'] } },
      { responseJsonSchema: { type: 'object', properties: { name: { type: 'string', description: 'How it is called.' } }, required: ['name'] } },
    ];
    for (const schema of schemas) {
      const response = await genai.models.generateContent({ model, contents: 'Plan', config: { responseMimeType: 'application/json', ...schema } });
      assert.deepEqual(JSON.parse(response.text ?? ''), { name: 'Fair' });
      assert.match(JSON.stringify(upstreams.lastBody(model)), /How it is called\./);
    }
  });

  test(`${model}: a function can be forced by its name`, async () => {
    upstreams.script({ toolCalls: [CALLS[0]] });
    const functionCallingConfig = { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] };
    const config = { tools: [{ functionDeclarations: DECLARATIONS }], toolConfig: { functionCallingConfig } };
    const response = await genai.models.generateContent({ model, contents: QUESTION, config });
    assert.equal(response.functionCalls?.[0]?.name, 'weather');
    assert.equal(upstreams.received(model).at(-1)?.refusal, null);
  });

  test(`${model}: an image travels as data`, async () => {
    upstreams.script();
    const contents = [{ role: 'user', parts: [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }] }];
    await genai.models.generateContent({ model, contents });
    assert.ok(JSON.stringify(upstreams.lastBody(model)).includes(PIXEL));
  });

  test(`${model}: an error within a stream is thrown as ApiError`, async () => {
    upstreams.script({ chunks: 5, streamError: { status: 503, message: 'Too busy to go on.' } });
    const stream = await genai.models.generateContentStream({ model, contents: 'Hello' });
    await assert.rejects(gather(stream), (error) => {
      assert.ok(error instanceof ApiError, String(error));
      // Other vendors tell no status inside a stream.
      assert.equal(error.status, model === 'on-gemini' ? 503 : 500);
      assert.match(error.message, /Too busy to go on\./);
      return true;
    });
  });

  test(`${model}: an aborted stream ends the upstream call`, async () => {
    upstreams.script({ endless: true, intervalMs: 5 });
    const abort = new AbortController();
    const stream = await genai.models.generateContentStream({ model, contents: 'Hello', config: { abortSignal: abort.signal } });
    await assert.rejects(async () => {
      for await (const _frame of stream) abort.abort();
    });
    await waitFor('the end of the upstream call', () => upstreams.received(model).at(-1)?.abortedAt);
  });

  test(`${model}: countTokens answers`, async () => {
    upstreams.script({ usage: { input: 77, output: 1 } });
    const { totalTokens } = await genai.models.countTokens({ model, contents: 'Hello' });
    if (model === 'on-chat') assert.ok((totalTokens ?? 0) > 0);
    else assert.equal(totalTokens, 77);
  });
}

function checkHistory(model: UpstreamName): void {
  assert.deepEqual(
    toolHistory(model, upstreams.lastBody(model)),
    CALLS.map((call) => ({ ...call, result: RESULTS[call.name as keyof typeof RESULTS] })),
  );
}

for (const model of ['on-thinking-chat', 'on-responses', 'on-anthropic', 'on-gemini']) {
  test(`${model}: thoughts come as thoughts, and a tool loop keeps them`, async () => {
    upstreams.scriptToolLoop({ thinking: 'I have to look both up.' });
    const thinkingConfig = { includeThoughts: true, thinkingLevel: ThinkingLevel.HIGH };
    const chat = genai.chats.create({ model, config: { tools: [{ functionDeclarations: DECLARATIONS }], thinkingConfig, maxOutputTokens: 8000 } });
    const first = await chat.sendMessage({ message: QUESTION });
    const parts = first.candidates?.[0]?.content?.parts ?? [];
    const thoughts = parts.filter((part) => part.thought === true).map((part) => part.text ?? '');
    assert.equal(thoughts.join(''), 'I have to look both up.');
    const second = await chat.sendMessage({ message: await new Tools().callTool(first.functionCalls ?? []) });
    assert.equal(second.text, FINAL_TEXT);
    assert.equal(toolHistory(model as UpstreamName, upstreams.lastBody(model)).length, 2);
  });
}

for (const model of ['embeds', 'embeds-gemini']) {
  test(`${model}: embedContent gives one vector a text`, async () => {
    upstreams.script();
    const { embeddings } = await genai.models.embedContent({ model, contents: ['a', 'b'] });
    assert.deepEqual(
      embeddings?.map(({ values }) => values?.length),
      [4, 4],
    );
  });
}

test('a refusal of another vendor arrives as ApiError with the status and its name at Google', async () => {
  upstreams.script({ status: 429, retryAfterSeconds: 60 });
  await assert.rejects(genai.models.generateContent({ model: 'limited-0', contents: 'Hello' }), (error) => {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.status, 429);
    assert.match(error.message, /RESOURCE_EXHAUSTED/);
    return true;
  });
});
