import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import type { Part } from '@google/genai';
import OpenAI from 'openai';

/** What a program sees of an answer, whichever client it uses. */
export interface SeenAnswer {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  /** In the client's own words. */
  readonly stop: string | null | undefined;
}

/** A response that says itself that it failed, which OpenAI's client does not throw. */
export class FailedResponse extends Error {}

/** Asks a model to say something, with two tools at hand, as a stream that the vendor's own client puts together. */
export type AskStream = (model: string) => Promise<SeenAnswer>;

const NAMES = ['weather', 'local_time'];
const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' } } };

/** The streaming calls of the vendors' clients, by name of the protocol. */
export function sdkStreams(origin: string, key: string): Readonly<Record<'chat' | 'responses' | 'anthropic' | 'gemini', AskStream>> {
  const openai = new OpenAI({ baseURL: `${origin}/v1`, apiKey: key, maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: origin, apiKey: key, maxRetries: 0 });
  const genai = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: origin } });
  return {
    chat: (model) => askChat(openai, model),
    responses: (model) => askResponses(openai, model),
    anthropic: (model) => askAnthropic(anthropic, model),
    gemini: (model) => askGemini(genai, model),
  };
}

async function askChat(openai: OpenAI, model: string): Promise<SeenAnswer> {
  const tools = NAMES.map((name) => ({ type: 'function' as const, function: { name, parameters: SCHEMA } }));
  const stream = openai.chat.completions.stream({ model, messages: [{ role: 'user', content: 'Hello' }], tools });
  const choice = (await stream.finalChatCompletion()).choices[0];
  const message = choice?.message as (OpenAI.ChatCompletionMessage & { reasoning_content?: string }) | undefined;
  return {
    text: message?.content ?? '',
    thoughts: message?.reasoning_content ?? '',
    calls: (message?.tool_calls ?? []).flatMap((call) =>
      call.type === 'function' ? [{ name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown }] : [],
    ),
    stop: choice?.finish_reason,
  };
}

async function askResponses(openai: OpenAI, model: string): Promise<SeenAnswer> {
  const tools = NAMES.map((name) => ({ type: 'function' as const, name, parameters: SCHEMA, strict: false }));
  const stream = openai.responses.stream({ model, input: 'Hello', tools });
  const response = await stream.finalResponse();
  if (response.status === 'failed') throw new FailedResponse(response.error?.message);
  return {
    text: response.output_text,
    thoughts: response.output.flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : [])).join(''),
    calls: response.output.flatMap((item) =>
      item.type === 'function_call' ? [{ name: item.name, arguments: JSON.parse(item.arguments) as unknown }] : [],
    ),
    stop: response.incomplete_details?.reason ?? response.status,
  };
}

async function askAnthropic(anthropic: Anthropic, model: string): Promise<SeenAnswer> {
  const tools = NAMES.map((name) => ({ name, input_schema: SCHEMA }));
  const stream = anthropic.messages.stream({ model, max_tokens: 4000, messages: [{ role: 'user', content: 'Hello' }], tools });
  const { content, stop_reason: stop } = await stream.finalMessage();
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    thoughts: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [{ name: block.name, arguments: block.input }] : [])),
    stop,
  };
}

async function askGemini(genai: GoogleGenAI, model: string): Promise<SeenAnswer> {
  const tools = [{ functionDeclarations: NAMES.map((name) => ({ name, parametersJsonSchema: SCHEMA })) }];
  const frames = await Array.fromAsync(
    await genai.models.generateContentStream({ model, contents: 'Hello', config: { tools, thinkingConfig: { includeThoughts: true } } }),
  );
  const parts: readonly Part[] = frames.flatMap((frame) => frame.candidates?.[0]?.content?.parts ?? []);
  const textOf = (isThought: boolean): string => parts.map((part) => ((part.thought === true) === isThought ? (part.text ?? '') : '')).join('');
  return {
    text: textOf(false),
    thoughts: textOf(true),
    calls: parts.flatMap(({ functionCall: call }) => (call === undefined ? [] : [{ name: call.name ?? '', arguments: call.args }])),
    stop: frames.at(-1)?.candidates?.[0]?.finishReason,
  };
}
