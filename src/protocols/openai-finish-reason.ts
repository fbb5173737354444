import type { StopReason } from '../domain/canonical/canonical-response.ts';

/** OpenAI's values, and what compatible servers write in their place. */
const STOPS: Readonly<Record<string, StopReason>> = {
  stop: 'end',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'blocked',
  max_tokens: 'length',
  model_length: 'length',
  // The server gave up in the middle (DeepSeek): the answer is cut.
  insufficient_system_resource: 'length',
  tool_use: 'tool-calls',
  tool_call: 'tool-calls',
  sensitive: 'blocked',
  safety: 'blocked',
};

/** Why an answer ended. Servers say `stop` where tools are called, and `tool_calls` where none are: the calls themselves decide. */
export function readFinishReason(value: unknown, hasCalls: boolean, hasRefusal: boolean): StopReason {
  const stop = typeof value === 'string' && Object.hasOwn(STOPS, value) ? (STOPS[value] ?? 'end') : 'end';
  if (stop !== 'end' && stop !== 'tool-calls') return stop;
  if (hasCalls) return 'tool-calls';
  return hasRefusal ? 'refusal' : 'end';
}

type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

export function writeFinishReason(stop: StopReason, hasCalls: boolean): FinishReason {
  switch (stop) {
    case 'length':
      return 'length';
    case 'refusal':
    case 'blocked':
      return 'content_filter';
    case 'end':
    case 'stop-sequence':
    case 'tool-calls':
    case 'pause':
      return hasCalls ? 'tool_calls' : 'stop';
  }
}
