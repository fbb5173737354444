import type { Effort } from '../domain/canonical/canonical-request.ts';
import { type ModelTraits, type ThinkingTraits, UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';

type Off = Pick<ThinkingTraits, 'off' | 'offUpTo'>;

const EFFORTS: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];
/** `xhigh` came after 4.6. */
const EFFORTS_OF_4_6: readonly Effort[] = ['low', 'medium', 'high', 'max'];
const OFF: Off = { off: 'disabled', offUpTo: null };
const OFF_UP_TO_HIGH: Off = { off: 'disabled', offUpTo: 'high' };
const ONLY_BETWEEN_TOOLS: Off = { off: 'between_tools', offUpTo: null };
const NEVER_OFF: Off = { off: null, offUpTo: null };
const LONG_ANSWER = 128_000;

/** Holds for all: thinking goes with neither sampling parameters nor a forced tool. */
const CLAUDE: ModelTraits = {
  ...UNKNOWN_MODEL_TRAITS,
  maxOutputTokens: LONG_ANSWER,
  sampling: 'none',
  samplingWhileThinking: false,
  stops: Number.POSITIVE_INFINITY,
  forcedToolWhileThinking: false,
  prefill: false,
};

function adaptive(takesBudget: boolean, off: Off, efforts = EFFORTS): ModelTraits['thinking'] {
  return { efforts, takesBudget, isAdaptive: true, ...off };
}

const NEWEST: ModelTraits = { ...CLAUDE, thinking: adaptive(false, NEVER_OFF), forcedTool: false };
const OF_4_7: ModelTraits = { ...CLAUDE, thinking: adaptive(true, OFF) };
const OF_4_6: ModelTraits = { ...CLAUDE, thinking: adaptive(true, OFF, EFFORTS_OF_4_6), sampling: 'all' };
const OF_4_5: ModelTraits = {
  ...CLAUDE,
  maxOutputTokens: 64_000,
  thinking: { efforts: [], takesBudget: true, isAdaptive: false, ...OFF },
  sampling: 'one',
  prefill: true,
};
const OF_4: ModelTraits = { ...OF_4_5, sampling: 'all', jsonSchema: false };
const OF_3: ModelTraits = { ...OF_4, maxOutputTokens: 4096, thinking: null };

/** Part of the model's name → what it takes; the longest that fits counts. */
const MODELS: Readonly<Record<string, ModelTraits>> = {
  'sonnet-5-5': { ...NEWEST, thinking: adaptive(false, ONLY_BETWEEN_TOOLS) },
  'opus-5-5': { ...NEWEST, midSystem: true },
  'fable-5-1': NEWEST,
  'fable-5-2': NEWEST,
  'fable-5': { ...CLAUDE, thinking: adaptive(false, NEVER_OFF) },
  'haiku-5-5': { ...CLAUDE, thinking: adaptive(false, OFF_UP_TO_HIGH) },
  'opus-5': { ...CLAUDE, thinking: adaptive(true, OFF_UP_TO_HIGH), midSystem: true },
  'opus-4-8': { ...OF_4_7, midSystem: true },
  'opus-4-7': OF_4_7,
  'sonnet-5': OF_4_7,
  'opus-4-6': OF_4_6,
  'sonnet-4-6': OF_4_6,
  'opus-4-5': OF_4_5,
  'sonnet-4-5': OF_4_5,
  'haiku-4-5': OF_4_5,
  'opus-4-1': { ...OF_4_5, maxOutputTokens: 32_000 },
  'opus-4': { ...OF_4, maxOutputTokens: 32_000 },
  'sonnet-4': OF_4,
  'claude-3-7': OF_4,
  'claude-3-5': { ...OF_3, maxOutputTokens: 8192 },
  'claude-3': OF_3,
};

const BY_LENGTH = Object.entries(MODELS).toSorted(([left], [right]) => right.length - left.length);

/**
 * What a Claude model takes in anthropic-messages, also under the names of Bedrock and Vertex. A Claude that nobody knows is taken for the newest,
 * which takes the least. Undefined for other models.
 */
export function claudeTraits(upstreamModel: string): ModelTraits | undefined {
  const name = upstreamModel.toLowerCase().replaceAll('.', '-');
  if (!name.includes('claude')) return undefined;
  return BY_LENGTH.find(([part]) => hasPart(name, part))?.[1] ?? NEWEST;
}

/** A version ends where its digits end: `opus-4-1` is no part of `opus-4-15`, nor `opus-4` of `opus-40`. */
function hasPart(name: string, part: string): boolean {
  const at = name.indexOf(part);
  return at !== -1 && !/^(?:\d|-\d{1,2}(?!\d))/u.test(name.slice(at + part.length));
}
