import type { CanonicalPart, RefusalPart, TextPart, ToolCallPart, UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalResponse, StopReason } from '../../domain/canonical/canonical-response.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { DecodeContext } from '../translation.ts';
import { CallNumbers } from './call-numbers.ts';
import { readReasoningItem } from './reasoning-item.ts';
import { readResponseUsage } from './usage.ts';

/** The body of a response. Items of tools that OpenAI runs, and kinds that are not known yet, say nothing to other clients. */
export function decodeResponse(body: JsonObject, { requestId }: DecodeContext): CanonicalResponse {
  const calls = new CallNumbers(requestId);
  const output: unknown = body['output'];
  const items = Array.isArray(output) ? output.filter(isObject) : [];
  const parts = items
    .flatMap(readOutputItem)
    .map((part) => (part.type === 'tool-call' ? { ...part, id: part.id || calls.idOf(calls.take()) } : part));
  const logprobs = items.flatMap(readItemLogprobs);
  return {
    id: textOf(body, 'id'),
    model: textOf(body, 'model'),
    createdAt: typeof body['created_at'] === 'number' ? Math.floor(body['created_at']) : null,
    choices: [
      {
        index: 0,
        parts,
        stop: readStop(
          body,
          parts.some((part) => part.type === 'tool-call'),
          parts.some((part) => part.type === 'refusal'),
        ),
        stopSequence: null,
        logprobs: logprobs.length === 0 ? null : { content: logprobs },
      },
    ],
    usage: readResponseUsage(body),
  };
}

/** Why a response ended. `status` says only whether it is whole; what is in it says the rest. */
export function readStop(response: JsonObject, hasCalls: boolean, hasRefusal: boolean): StopReason {
  if (response['status'] === 'incomplete' || response['status'] === 'cancelled') {
    const details = response['incomplete_details'];
    const reason = isObject(details) ? details['reason'] : null;
    if (reason === 'content_filter') return 'blocked';
    // Steered: the client itself led the answer elsewhere.
    if (reason !== 'steered') return 'length';
  }
  if (hasCalls) return 'tool-calls';
  return hasRefusal ? 'refusal' : 'end';
}

/** An item as parts of an answer; none for items that say nothing to the client. */
function readOutputItem(item: JsonObject): readonly CanonicalPart[] {
  switch (item['type']) {
    case 'message':
      return readMessage(item);
    case 'reasoning': {
      const thought = readReasoningItem(item);
      return thought === null ? [] : [thought];
    }
    case 'function_call':
    case 'custom_tool_call':
      return [readCall(item)];
    default:
      return [];
  }
}

function readMessage(item: JsonObject): readonly (TextPart | RefusalPart)[] {
  const content: unknown = item['content'];
  const parts: (TextPart | RefusalPart)[] = [];
  for (const part of Array.isArray(content) ? content.filter(isObject) : []) {
    if (part['type'] === 'refusal') {
      const refusal = textOf(part, 'refusal');
      if (refusal !== '') parts.push({ type: 'refusal', text: refusal });
      continue;
    }
    const text = textOf(part, 'text');
    const citations = readCitations(part);
    if (text !== '') parts.push({ type: 'text', text, ...(citations.length === 0 ? {} : { citations }) });
  }
  return parts;
}

/** The sources on the web among the annotations of a text. Those among the provider's own files lead nowhere else. */
export function readCitations(part: JsonObject): readonly UrlCitation[] {
  const annotations: unknown = part['annotations'];
  return Array.isArray(annotations) ? annotations.flatMap((each) => readCitation(each) ?? []) : [];
}

export function readCitation(annotation: unknown): UrlCitation | null {
  if (!isObject(annotation) || annotation['type'] !== 'url_citation') return null;
  const url = textOf(annotation, 'url');
  if (url === '') return null;
  return { url, title: textOf(annotation, 'title') || null, start: placeOf(annotation, 'start_index'), end: placeOf(annotation, 'end_index') };
}

/** `call_id` pairs a call with its result; `id` is the item's own and means nothing to the client. */
export function readCall(item: JsonObject): ToolCallPart {
  const isCustom = item['type'] === 'custom_tool_call';
  const given = item[isCustom ? 'input' : 'arguments'];
  const input = isObject(given) ? JSON.stringify(given) : typeof given === 'string' ? given : '';
  return {
    type: 'tool-call',
    id: textOf(item, 'call_id') || textOf(item, 'id'),
    name: textOf(item, 'name'),
    kind: isCustom ? 'custom' : 'function',
    input: input.trim() === '' && !isCustom ? '{}' : input,
  };
}

function readItemLogprobs(item: JsonObject): readonly unknown[] {
  const content: unknown = item['type'] === 'message' ? item['content'] : null;
  if (!Array.isArray(content)) return [];
  return content.flatMap((part): readonly unknown[] => (isObject(part) && Array.isArray(part['logprobs']) ? part['logprobs'] : []));
}

function textOf(from: JsonObject, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}

function placeOf(from: JsonObject, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
