import type { UpstreamName } from './four-upstreams.ts';

/** A call of a tool with its result, as an upstream reads them. */
export interface ToolExchange {
  readonly name: string;
  readonly arguments: unknown;
  readonly result: string;
}

type Wire = Readonly<Record<string, unknown>>;

/** The calls in the history of an upstream request, each with the result that the wire form pairs with it. */
export function toolHistory(upstream: UpstreamName | 'on-thinking-chat', body: Wire): readonly ToolExchange[] {
  switch (upstream) {
    case 'on-chat':
    case 'on-thinking-chat':
      return ofChat(listOf(body['messages']));
    case 'on-responses':
      return ofResponses(listOf(body['input']));
    case 'on-anthropic':
      return ofAnthropic(listOf(body['messages']));
    case 'on-gemini':
      return ofGemini(listOf(body['contents']));
  }
}

function ofChat(messages: readonly Wire[]): readonly ToolExchange[] {
  return messages
    .flatMap((message) => listOf(message['tool_calls']))
    .map((call) => {
      const { name, arguments: args } = wire(call['function']);
      const result = messages.find((message) => message['tool_call_id'] === call['id'])?.['content'];
      return { name: String(name), arguments: JSON.parse(String(args)), result: textOf(result) };
    });
}

function ofResponses(items: readonly Wire[]): readonly ToolExchange[] {
  return items
    .filter((item) => item['type'] === 'function_call')
    .map((call) => {
      const output = items.find((item) => item['type'] === 'function_call_output' && item['call_id'] === call['call_id'])?.['output'];
      return { name: String(call['name']), arguments: JSON.parse(String(call['arguments'])), result: textOf(output) };
    });
}

function ofAnthropic(messages: readonly Wire[]): readonly ToolExchange[] {
  const blocks = messages.flatMap((message) => listOf(message['content']));
  return blocks
    .filter((block) => block['type'] === 'tool_use')
    .map((call) => {
      const result = blocks.find((block) => block['tool_use_id'] === call['id'])?.['content'];
      return { name: String(call['name']), arguments: call['input'], result: textOf(result) };
    });
}

/** Gemini pairs by place. */
function ofGemini(contents: readonly Wire[]): readonly ToolExchange[] {
  const parts = contents.flatMap((content) => listOf(content['parts']));
  const responses = parts.flatMap((part) => (part['functionResponse'] === undefined ? [] : [wire(part['functionResponse'])]));
  return parts
    .flatMap((part) => (part['functionCall'] === undefined ? [] : [wire(part['functionCall'])]))
    .map((call, index) => {
      const { name, response } = responses[index] ?? {};
      const { output, content, result } = wire(response);
      const found = name === call['name'] ? (output ?? content ?? result) : undefined;
      return { name: String(call['name']), arguments: call['args'], result: textOf(found) };
    });
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => String(part['text']))
    .join('');
}

function listOf(value: unknown): readonly Wire[] {
  return Array.isArray(value) ? value.map(wire) : [];
}

function wire(value: unknown): Wire {
  return typeof value === 'object' && value !== null ? (value as Wire) : {};
}
