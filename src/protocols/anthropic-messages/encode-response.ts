import type { CanonicalPart, ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { legalToolCallId } from '../../domain/canonical/tool-call-id.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import { isObject, parseJson } from '../../lib/json-reading.ts';
import type { AnswerContext } from '../translation.ts';
import { signatureOf, signatureOfNext, UNSIGNED } from './state-carrier.ts';
import { writeStopDetails, writeStopReason } from './stop-reasons.ts';
import { messageUsageJson } from './usage.ts';
import { citationJson } from './wire-citation.ts';

/** Writes a message. The protocol knows one answer, the first. */
export function encodeMessage(response: CanonicalResponse, context: AnswerContext): string {
  const choice = new ClientToolNames(context.request).inResponse(response).choices[0];
  const parts = choice?.parts ?? [];
  const hasCalls = parts.some(({ type }) => type === 'tool-call');
  const isRefused = parts.some(({ type }) => type === 'refusal');
  const reason = writeStopReason(choice?.stop ?? 'end', hasCalls, isRefused);
  const blocks = parts.flatMap(writePart).join(',');
  return (
    `{"id":"${messageId(context.requestId)}","type":"message","role":"assistant","model":${JSON.stringify(context.publicModel)},` +
    `"content":[${blocks}],"stop_reason":"${reason}","stop_sequence":${JSON.stringify(choice?.stopSequence ?? null)},` +
    `"stop_details":${writeStopDetails(reason)},"container":null,"usage":${messageUsageJson(response.usage)}}`
  );
}

/** An id of the protocol's form, by which the exchange is found again. */
export function messageId(requestId: string): string {
  return `msg_${requestId.replaceAll(/[^a-zA-Z0-9]/g, '')}`;
}

/** A thought, or a state in a block of its own. `thinking` may be empty, the signature too. */
export function thinkingJson(thinking: string, signature: string): string {
  return `{"type":"thinking","thinking":${JSON.stringify(thinking)},"signature":${JSON.stringify(signature)}}`;
}

export function redactedJson(state: OpaqueState): string {
  return `{"type":"redacted_thinking","data":${JSON.stringify(state.data)}}`;
}

function writePart(part: CanonicalPart): readonly string[] {
  switch (part.type) {
    case 'text': {
      const citations = (part.citations ?? []).map((each) => citationJson(each, part.text)).join(',');
      const text = `{"type":"text","text":${JSON.stringify(part.text)}${citations === '' ? '' : `,"citations":[${citations}]`}}`;
      return [...stateBlock(part.state), text];
    }
    case 'refusal':
      return [`{"type":"text","text":${JSON.stringify(part.text)}}`];
    case 'thinking': {
      const { state, text } = part;
      if (state?.family === 'anthropic' && state.form === 'sealed') return [redactedJson(state)];
      return [thinkingJson(text, state === null ? UNSIGNED : signatureOf(state, text))];
    }
    case 'tool-call':
      return [...stateBlock(part.state), callJson(part)];
    // Models answer with words and calls; the rest stands in requests only.
    case 'image':
    case 'document':
    case 'audio':
    case 'tool-result':
      return [];
  }
}

function stateBlock(state: OpaqueState | undefined): readonly string[] {
  return state === undefined ? [] : [thinkingJson('', signatureOfNext(state))];
}

/** The input as it came, so that no number in it loses a digit; what is no object becomes the member `input`. */
function callJson(part: ToolCallPart): string {
  const isJson = part.kind === 'function' && isObject(parseJson(part.input));
  const input = isJson ? part.input : part.input.trim() === '' ? '{}' : JSON.stringify({ input: part.input });
  return `{"type":"tool_use","id":${JSON.stringify(legalToolCallId(part.id))},"name":${JSON.stringify(part.name)},"input":${input}}`;
}
