import assert from 'node:assert/strict';
import type { CanonicalPart } from '../../src/domain/canonical/canonical-part.ts';
import type { CanonicalRequest, CanonicalTool, CanonicalTurn } from '../../src/domain/canonical/canonical-request.ts';
import { fingerprint } from '../../src/domain/canonical/fingerprint.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits } from '../../src/domain/model-traits.ts';
import type { JsonObject } from '../../src/lib/json-reading.ts';
import { carriedFeatures } from '../../src/protocols/anthropic-messages/carried-features.ts';
import { decodeMessagesRequest } from '../../src/protocols/anthropic-messages/decode-request.ts';
import { encodeMessagesRequest } from '../../src/protocols/anthropic-messages/encode-request.ts';

export const PLAIN: CanonicalRequest = {
  ...decodeMessagesRequest({ max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }, { model: 'm', stream: false }),
  source: 'openai-chat',
  maxOutputTokens: null,
};
export const BUDGET = { efforts: [], takesBudget: true, isAdaptive: false, off: 'disabled', offUpTo: null } as const;
export const ADAPTIVE = {
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  takesBudget: false,
  isAdaptive: true,
  off: 'between_tools',
  offUpTo: null,
} as const;
/** As the families of 2025 and of late 2026 are. */
export const OLD: Partial<ModelTraits> = {
  maxOutputTokens: 64_000,
  sampling: 'one',
  samplingWhileThinking: false,
  thinking: BUDGET,
  forcedToolWhileThinking: false,
};
export const NEW: Partial<ModelTraits> = {
  maxOutputTokens: 128_000,
  sampling: 'none',
  thinking: ADAPTIVE,
  forcedTool: false,
  prefill: false,
  midSystem: true,
};

export const text = (words: string): CanonicalPart => ({ type: 'text', text: words });
export const user = (...parts: CanonicalPart[]): CanonicalTurn => ({ role: 'user', parts });
export const assistant = (...parts: CanonicalPart[]): CanonicalTurn => ({ role: 'assistant', parts });
export const system = (words: string): CanonicalTurn => ({ role: 'system', parts: [text(words)] });
export const call = (id: string, input = '{}'): CanonicalPart => ({ type: 'tool-call', id, name: 'f', kind: 'function', input });
export const answered = (...ids: string[]): CanonicalTurn => ({
  role: 'tool',
  parts: ids.map((callId) => ({ type: 'tool-result', callId, name: 'f', kind: 'function', isError: false, content: [{ type: 'text', text: 'ok' }] })),
});
export const tool = (rest: Partial<CanonicalTool> = {}): CanonicalTool => ({
  kind: 'function',
  name: 'f',
  description: null,
  parameters: { type: 'object', properties: {} },
  strict: null,
  grammar: null,
  ...rest,
});

/** Encodes, and checks that nothing is dropped that was not foretold. */
export function encode(request: Partial<CanonicalRequest>, traits: Partial<ModelTraits> = {}): { body: JsonObject; dropped: string[] } {
  const whole = { ...PLAIN, ...request };
  const target = { model: 'claude-x', traits: { ...UNKNOWN_MODEL_TRAITS, ...traits } };
  const { body, dropped } = encodeMessagesRequest(whole, target);
  const carried = carriedFeatures(target);
  const asked = fingerprint(whole);
  for (const feature of dropped) assert.ok(asked.has(feature) && !carried.has(feature), `${feature} is dropped, but nobody could know`);
  return { body, dropped: [...dropped].toSorted() };
}

export const messagesOf = (turns: readonly CanonicalTurn[], traits: Partial<ModelTraits> = {}) => encode({ turns }, traits).body['messages'];
