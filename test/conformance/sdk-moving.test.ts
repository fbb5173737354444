import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import type { FunctionTool, ResponseInputItem } from 'openai/resources/responses/responses';
import { FINAL_TEXT, FourUpstreams } from '../support/four-upstreams.ts';
import { TESTER_KEY } from '../support/mocked-gateway.ts';
import { toolHistory } from '../support/tool-history.ts';

/** Each can think, and signs or seals its thoughts in its own way. */
const THINKERS = ['on-thinking-chat', 'on-responses', 'on-anthropic', 'on-gemini'] as const;
const THOUGHT = 'I have to look both up.';
const QUESTION = 'Weather in Zürich, time in Rome?';
const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' }, format: { type: 'string' } } };

let upstreams: FourUpstreams;
let openai: OpenAI;
let anthropic: Anthropic;
let genai: GoogleGenAI;

before(async () => {
  upstreams = await FourUpstreams.start();
  openai = new OpenAI({ baseURL: `${upstreams.origin}/v1`, apiKey: TESTER_KEY, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: upstreams.origin, apiKey: TESTER_KEY, maxRetries: 0 });
  genai = new GoogleGenAI({ apiKey: TESTER_KEY, httpOptions: { baseUrl: upstreams.origin } });
});
after(() => upstreams.close());

type Loop = (from: string, to: string) => Promise<string>;

/** A tool loop of each protocol's client that begins with one model and ends with another. */
const LOOPS: Readonly<Record<string, Loop>> = {
  'openai chat': async (from, to) => {
    const names = ['weather', 'local_time'];
    const tools = names.map((name): ChatCompletionTool => ({ type: 'function', function: { name, parameters: SCHEMA } }));
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: QUESTION }];
    const first = await openai.chat.completions.create({ model: from, messages, tools, reasoning_effort: 'low' });
    const message = first.choices[0]?.message;
    assert.ok(message);
    messages.push(message, ...(message.tool_calls ?? []).map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'fine' })));
    const second = await openai.chat.completions.create({ model: to, messages, tools, reasoning_effort: 'low' });
    return second.choices[0]?.message.content ?? '';
  },
  'openai responses': async (from, to) => {
    const tools = ['weather', 'local_time'].map((name): FunctionTool => ({ type: 'function', name, parameters: SCHEMA, strict: false }));
    const common = {
      tools,
      store: false,
      reasoning: { effort: 'low' as const, summary: 'auto' as const },
      include: ['reasoning.encrypted_content' as const],
    };
    const input: ResponseInputItem[] = [{ role: 'user', content: QUESTION }];
    const first = await openai.responses.create({ ...common, model: from, input });
    const calls = first.output.filter((item) => item.type === 'function_call');
    const results = calls.map((call) => ({ type: 'function_call_output' as const, call_id: call.call_id, output: 'fine' }));
    const second = await openai.responses.create({ ...common, model: to, input: [...input, ...(first.output as ResponseInputItem[]), ...results] });
    return second.output_text;
  },
  anthropic: async (from, to) => {
    const tools = ['weather', 'local_time'].map((name) => ({ name, input_schema: SCHEMA }));
    const common = { max_tokens: 8000, tools, thinking: { type: 'enabled' as const, budget_tokens: 2000 } };
    const question = { role: 'user' as const, content: QUESTION };
    const first = await anthropic.messages.create({ ...common, model: from, messages: [question] });
    const calls = first.content.filter((block) => block.type === 'tool_use');
    const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'fine' }));
    const messages = [question, { role: 'assistant' as const, content: first.content }, { role: 'user' as const, content: results }];
    const second = await anthropic.messages.create({ ...common, model: to, messages });
    return second.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  },
  genai: async (from, to) => {
    const declarations = ['weather', 'local_time'].map((name) => ({ name, parametersJsonSchema: SCHEMA }));
    const config = { tools: [{ functionDeclarations: declarations }], thinkingConfig: { includeThoughts: true } };
    const question = { role: 'user', parts: [{ text: QUESTION }] };
    const first = await genai.models.generateContent({ model: from, contents: [question], config });
    const answer = first.candidates?.[0]?.content;
    assert.ok(answer);
    const results = (first.functionCalls ?? []).map(({ id, name = '' }) => ({
      functionResponse: { name, response: { output: 'fine' }, ...(id === undefined ? {} : { id }) },
    }));
    const second = await genai.models.generateContent({ model: to, contents: [question, answer, { role: 'user', parts: results }], config });
    return second.text ?? '';
  },
};

for (const [client, loop] of Object.entries(LOOPS)) {
  for (const from of THINKERS) {
    for (const to of THINKERS) {
      if (from === to) continue;
      test(`${client}: a tool loop goes on with ${to} where ${from} began it, without the thoughts that only ${from} can read`, async () => {
        upstreams.scriptToolLoop({ thinking: THOUGHT });
        assert.equal(await loop(from, to), FINAL_TEXT);
        const body = upstreams.lastBody(to);
        assert.equal(toolHistory(to, body).length, 2);
        assert.doesNotMatch(JSON.stringify(body), /~hg-state\.|fmhnLXN0YXRlL/);
      });
    }
  }
}
