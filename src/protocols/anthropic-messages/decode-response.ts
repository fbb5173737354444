import type { CanonicalPart, UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { DecodeContext } from '../translation.ts';
import { readStopReason } from './stop-reasons.ts';
import { readMessageUsage } from './usage.ts';

/** Reads a message. What the provider's own tools did, and blocks that are new, are passed over. */
export function decodeMessage(body: JsonObject, context: DecodeContext): CanonicalResponse {
  const blocks: readonly unknown[] = Array.isArray(body['content']) ? body['content'] : [];
  const parts = blocks.flatMap((block, place) => (isObject(block) ? readBlock(block, context, place) : []));
  const hasCalls = parts.some(({ type }) => type === 'tool-call');
  const stop = readStopReason(body['stop_reason'], hasCalls);
  const explanation = stop === 'refusal' ? readExplanation(body) : '';
  return {
    id: stringAt(body, 'id'),
    model: stringAt(body, 'model'),
    createdAt: null,
    choices: [
      {
        index: 0,
        parts: explanation === '' ? parts : [...parts, { type: 'refusal', text: explanation }],
        stop,
        stopSequence: typeof body['stop_sequence'] === 'string' ? body['stop_sequence'] : null,
        logprobs: null,
      },
    ],
    usage: readMessageUsage(body),
  };
}

/** For servers that leave the id out. */
export function inventedCallId(context: DecodeContext, place: number): string {
  return `toolu_${context.requestId.replaceAll('-', '')}_${place}`;
}

/** Why a model refused, in words for the user; empty: not told. `holder`: a message, or the `delta` of its last event. */
export function readExplanation(holder: JsonObject): string {
  return stringAt(objectAt(holder, 'stop_details'), 'explanation');
}

/** A citation that points to a page; null for one into the client's own documents. */
export function readCitation(value: unknown): UrlCitation | null {
  if (!isObject(value)) return null;
  const url = stringAt(value, 'url') || stringAt(value, 'source');
  if (!/^https?:\/\//.test(url)) return null;
  return { url, title: stringAt(value, 'title') || null, start: null, end: null };
}

export function stringAt(from: JsonObject, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}

function readBlock(block: JsonObject, context: DecodeContext, place: number): readonly CanonicalPart[] {
  switch (block['type']) {
    case 'text':
      return readText(block);
    case 'thinking': {
      const text = stringAt(block, 'thinking');
      const data = stringAt(block, 'signature');
      if (text === '' && data === '') return [];
      return [{ type: 'thinking', text, state: data === '' ? null : { family: 'anthropic', form: 'signature', data } }];
    }
    case 'redacted_thinking': {
      const data = stringAt(block, 'data');
      return data === '' ? [] : [{ type: 'thinking', text: '', state: { family: 'anthropic', form: 'sealed', data } }];
    }
    case 'tool_use': {
      const input = isObject(block['input']) ? JSON.stringify(block['input']) : '{}';
      return [
        { type: 'tool-call', id: stringAt(block, 'id') || inventedCallId(context, place), name: stringAt(block, 'name'), kind: 'function', input },
      ];
    }
    default:
      return [];
  }
}

function readText(block: JsonObject): readonly CanonicalPart[] {
  const text = stringAt(block, 'text');
  const listed: readonly unknown[] = Array.isArray(block['citations']) ? block['citations'] : [];
  const citations = listed.flatMap((each) => readCitation(each) ?? []);
  return text === '' ? [] : [{ type: 'text', text, ...(citations.length === 0 ? {} : { citations }) }];
}
