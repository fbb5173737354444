import { type ModelTraits, UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import { claudeTraits } from './claude-traits.ts';
import { geminiTraits } from './gemini-traits.ts';
import { openaiTraits } from './openai-traits.ts';
import { vendorTraits } from './vendor-traits.ts';

/** Where OpenAI's own servers answer. */
const OPENAI_HOSTS = new Set(['openai', 'azure-openai', 'azure-openai-classic']);

/** OpenRouter evens out the parameters of all models itself, and takes `max_tokens` for each. */
const EVENS_OUT = new Set(['openrouter']);

/**
 * What a model of a vendor takes in a protocol. A name that nobody knows gets what the protocol's servers usually take. Takes microseconds: kept by
 * those who ask often.
 */
export function traitsOf(presetId: string, protocol: ProtocolName, upstreamModel: string): ModelTraits {
  switch (protocol) {
    case 'anthropic-messages':
      return claudeTraits(upstreamModel) ?? UNKNOWN_IN_MESSAGES;
    case 'gemini-generate':
      return geminiTraits(presetId, upstreamModel);
    case 'openai-chat':
    case 'openai-responses':
    case 'openai-completions':
    case 'openai-embeddings':
      return openaiCompatibleTraits(presetId, protocol, upstreamModel);
  }
}

/** Anthropic's protocol switches thinking off in a way of its own. */
const UNKNOWN_IN_MESSAGES: ModelTraits = {
  ...UNKNOWN_MODEL_TRAITS,
  stops: Number.POSITIVE_INFINITY,
  thinking: { efforts: ['low', 'medium', 'high'], takesBudget: true, isAdaptive: false, off: 'disabled', offUpTo: null },
};

function openaiCompatibleTraits(presetId: string, protocol: ProtocolName, upstreamModel: string): ModelTraits {
  const isOpenai = OPENAI_HOSTS.has(presetId);
  const ofModel = EVENS_OUT.has(presetId) ? undefined : openaiTraits(upstreamModel);
  if (isOpenai) {
    // Both take the newer field for every model, and Azure's deployments hide which model they are.
    return { ...(ofModel ?? UNKNOWN_MODEL_TRAITS), outputLimitField: 'max_completion_tokens' };
  }
  const traits = ofModel === undefined ? UNKNOWN_MODEL_TRAITS : ({ ...ofModel, systemRole: 'system' } as const);
  return { ...traits, ...vendorTraits(presetId, protocol, upstreamModel) };
}
