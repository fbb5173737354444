import type { ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { openaiAnswerId } from '../openai-answer-id.ts';
import { writeFinishReason } from '../openai-finish-reason.ts';
import type { AnswerContext } from '../translation.ts';
import { encodeAnnotation } from './encode-annotation.ts';
import { speaksFunctions } from './feature-names.ts';
import { reasoningDetail } from './reasoning-details.ts';
import { SILENT_REFUSAL } from './silent-refusal.ts';
import { toolCallState } from './tool-call-state.ts';
import { writeChatUsage } from './usage.ts';
import type { ReasoningDetail, ToolCallParam, UrlCitationAnnotation } from './wire-types.ts';

/** A chat completion for a client. */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): string {
  const isDeprecated = speaksFunctions(context.request.featureNames);
  const { choices } = new ClientToolNames(context.request).inResponse(response);
  return JSON.stringify({
    id: openaiAnswerId('chatcmpl-', response.id, context.requestId),
    object: 'chat.completion',
    created: response.createdAt ?? context.now,
    model: context.publicModel,
    choices: choices.map((choice) => encodeChoice(choice, isDeprecated)),
    ...(response.usage === null ? {} : { usage: writeChatUsage(response.usage) }),
  });
}

function encodeChoice(choice: CanonicalChoice, isDeprecated: boolean): JsonObject {
  const calls = choice.parts.filter((part) => part.type === 'tool-call');
  const reason = writeFinishReason(choice.stop, calls.length > 0);
  return {
    index: choice.index,
    message: encodeMessage(choice, calls, isDeprecated),
    logprobs: choice.logprobs ?? null,
    finish_reason: isDeprecated && reason === 'tool_calls' ? 'function_call' : reason,
  };
}

function encodeMessage({ parts, stop }: CanonicalChoice, calls: readonly ToolCallPart[], isDeprecated: boolean): JsonObject {
  let text = '';
  let refusal = '';
  const thoughts: string[] = [];
  const details: ReasoningDetail[] = [];
  const annotations: UrlCitationAnnotation[] = [];
  for (const part of parts) {
    if (part.type === 'text') {
      const from = text.length;
      text += part.text;
      for (const citation of part.citations ?? []) annotations.push(encodeAnnotation(citation, from, text.length));
      if (part.state !== undefined) details.push(reasoningDetail(part.state, '', details.length));
    } else if (part.type === 'refusal') refusal += part.text;
    else if (part.type === 'thinking') {
      if (part.text !== '') thoughts.push(part.text);
      if (part.state !== null) details.push(reasoningDetail(part.state, part.text, details.length));
    }
  }
  if (stop === 'refusal' && text === '' && refusal === '') refusal = SILENT_REFUSAL;
  return {
    role: 'assistant',
    // An empty answer is an empty string: clients send it back, and the API refuses null beside nothing.
    content: text !== '' ? text : calls.length > 0 || refusal !== '' ? null : '',
    refusal: refusal === '' ? null : refusal,
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('\n\n') }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(isDeprecated ? functionCall(calls) : calls.length === 0 ? {} : { tool_calls: calls.map(encodeCall) }),
  };
}

function encodeCall({ id, name, kind, input, state }: ToolCallPart): ToolCallParam {
  const extra = toolCallState(state);
  return kind === 'custom'
    ? { id, type: 'custom', custom: { name, input }, ...extra }
    : { id, type: 'function', function: { name, arguments: input }, ...extra };
}

/** The deprecated form holds one call; its requests ask for no more. */
function functionCall([call]: readonly ToolCallPart[]): JsonObject {
  return call === undefined ? {} : { function_call: { name: call.name, arguments: call.input } };
}
