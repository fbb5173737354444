import type { StopReason } from '../../domain/canonical/canonical-response.ts';
import { writeFinishReason } from '../openai-finish-reason.ts';
import type { CompletionChoice } from './wire-types.ts';

/** Why a legacy completion ended; it knows no calls. */
export function completionFinishReason(stop: StopReason): NonNullable<CompletionChoice['finish_reason']> {
  const reason = writeFinishReason(stop, false);
  return reason === 'tool_calls' ? 'stop' : reason;
}
