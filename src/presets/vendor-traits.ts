import type { Effort } from '../domain/canonical/canonical-request.ts';
import type { ModelTraits } from '../domain/model-traits.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import { signsCalls } from './gemini-traits.ts';

const LOW_TO_HIGH: readonly Effort[] = ['low', 'medium', 'high'];
const ALL: readonly Effort[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

type Differences = Partial<ModelTraits>;

/**
 * Where OpenAI-like vendors differ from what is usual. Thoughts come as `reasoning_content` (DeepSeek, vLLM, xAI) or `reasoning` (OpenRouter, Groq);
 * only DeepSeek wants them back, and refuses the turns behind a tool call without them.
 */
export function vendorTraits(presetId: string, protocol: ProtocolName, upstreamModel: string): Differences {
  if (presetId === 'deepseek') return protocol === 'openai-chat' ? DEEPSEEK : {};
  if (presetId === 'xai') return xaiTraits(upstreamModel);
  if (presetId === 'gemini' && signsCalls(upstreamModel)) return { toolCallState: 'gemini' };
  // Ollama takes images as data only.
  if (presetId === 'ollama') return { imageUrls: false };
  return {};
}

/** It maps efforts that it does not have by itself, switches thinking off with `thinking: {type: disabled}`, and knows json_object only. */
const DEEPSEEK: Differences = {
  thinking: { efforts: ALL, takesBudget: false, isAdaptive: false, off: 'disabled', offUpTo: null },
  jsonSchema: false,
  reasoningHistory: 'reasoning_content',
};

/** Grok 4.3 can be told not to think, 4.5 and later not; earlier ones have their effort in their name. */
function xaiTraits(upstreamModel: string): Differences {
  const found = /grok-(?<major>\d+)\.(?<minor>\d+)/u.exec(upstreamModel)?.groups;
  if (found === undefined) return {};
  const isEarlier = Number(found['major']) < 4 || Number(found['minor']) === 20 || Number(found['minor']) < 3;
  if (isEarlier) return { thinking: null };
  const off = Number(found['minor']) === 3 ? 'none' : null;
  return { thinking: { efforts: LOW_TO_HIGH, takesBudget: false, isAdaptive: false, off, offUpTo: null } };
}
