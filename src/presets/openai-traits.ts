import type { Effort } from '../domain/canonical/canonical-request.ts';
import { type ModelTraits, UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import { releaseNumber } from './release-number.ts';

const UP_TO_HIGH: readonly Effort[] = ['low', 'medium', 'high'];
const FROM_MINIMAL: readonly Effort[] = ['minimal', ...UP_TO_HIGH];
const UP_TO_XHIGH: readonly Effort[] = [...UP_TO_HIGH, 'xhigh'];
const UP_TO_MAX: readonly Effort[] = [...UP_TO_XHIGH, 'max'];

const FIRST_WITH_XHIGH = 502;
const FIRST_WITH_MAX = 506;
const FIRST_WITHOUT_TOOLS = 506;
const FIRST_WITH_TOOLS_AGAIN = 600;
/** Of GPT-6 only these can be told not to think. */
const QUIET_GPT_6 = /^gpt-6(?:-sol|-luna|\.1-terra)(?:-|$)/u;

/** What a model of OpenAI takes, told by its name alone; undefined for names that are none of theirs. */
export function openaiTraits(upstreamModel: string): ModelTraits | undefined {
  const name = bareName(upstreamModel);
  if (/^o\d/u.test(name)) return reasoning(UP_TO_HIGH, false);
  const found = /^gpt-(?<version>\d+(?:\.\d+)?)(?:-(?<variant>.+))?$/u.exec(name)?.groups;
  if (found === undefined) return name.startsWith('chatgpt-4') ? plain(true) : undefined;
  const version = releaseNumber(found['version']);
  const variant = found['variant'] ?? '';
  if (version < 500) return plain(version > 400);
  return version === 500 && variant.startsWith('chat') ? plain(true) : gpt5AndLater(version, variant, QUIET_GPT_6.test(name));
}

function gpt5AndLater(version: number, variant: string, isQuiet: boolean): ModelTraits {
  if (version === 500) return reasoning(variant.startsWith('pro') ? ['high'] : FROM_MINIMAL, false);
  const canBeOff = version < 600 ? !variant.includes('codex') && !variant.startsWith('pro') : isQuiet;
  const traits = reasoning(effortsOf(version, variant), canBeOff);
  // Told not to think, they take sampling parameters, and GPT-5.6 takes tools in chat then only.
  return canBeOff ? { ...traits, sampling: 'all', toolsWhileThinking: version < FIRST_WITHOUT_TOOLS || version >= FIRST_WITH_TOOLS_AGAIN } : traits;
}

function effortsOf(version: number, variant: string): readonly Effort[] {
  if (version >= FIRST_WITH_MAX) return UP_TO_MAX;
  if (version >= FIRST_WITH_XHIGH) return UP_TO_XHIGH;
  return variant.startsWith('codex-max') ? UP_TO_XHIGH : UP_TO_HIGH;
}

/** They answer 400 to `max_tokens`, to `stop` (GPT-5 by public reports), and to sampling parameters while they think. */
function reasoning(efforts: readonly Effort[], canBeOff: boolean): ModelTraits {
  return {
    ...UNKNOWN_MODEL_TRAITS,
    outputLimitField: 'max_completion_tokens',
    sampling: 'none',
    stops: 0,
    samplingWhileThinking: false,
    thinking: { efforts, takesBudget: false, isAdaptive: false, off: canBeOff ? 'none' : null, offUpTo: null },
    systemRole: 'developer',
  };
}

/** They do not think. */
function plain(jsonSchema: boolean): ModelTraits {
  return { ...UNKNOWN_MODEL_TRAITS, thinking: null, jsonSchema };
}

/** Without `vendor/`, without the mark of a fine-tuned model; GPT-4o counts as 4.1 does, and Azure writes 35. */
function bareName(model: string): string {
  return model
    .toLowerCase()
    .slice(model.lastIndexOf('/') + 1)
    .replace(/^ft:(?<base>[^:]+).*$/u, '$<base>')
    .replace(/^gpt-4o/u, 'gpt-4.1')
    .replace(/^gpt-35/u, 'gpt-3.5');
}
