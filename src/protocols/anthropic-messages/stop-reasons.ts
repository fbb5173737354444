import type { StopReason } from '../../domain/canonical/canonical-response.ts';

const READ: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
};

const WRITTEN: Readonly<Record<StopReason, string>> = {
  end: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  refusal: 'refusal',
  blocked: 'refusal',
  pause: 'pause_turn',
};

/** The reason in canonical words. New ones come over time, and some servers tell none: then the answer just ended, or waits for its calls. */
export function readStopReason(reason: unknown, hasCalls: boolean): StopReason {
  const read = typeof reason === 'string' && Object.hasOwn(READ, reason) ? READ[reason] : undefined;
  return read === undefined || read === 'end' ? (hasCalls ? 'tool-calls' : 'end') : read;
}

/** Some servers end an answer with calls, or with a refusal, like any other; this protocol's clients look at the reason. */
export function writeStopReason(stop: StopReason, hasCalls: boolean, isRefused: boolean): string {
  if (stop !== 'end') return WRITTEN[stop];
  if (hasCalls) return WRITTEN['tool-calls'];
  return isRefused ? WRITTEN.refusal : WRITTEN.end;
}

/** `stop_details` of an answer: present when the model, or a filter, refused. */
export function writeStopDetails(reason: string): string {
  return reason === 'refusal' ? '{"type":"refusal","category":null,"explanation":null}' : 'null';
}
