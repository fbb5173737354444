import type { CanonicalReasoning, OutputFormat } from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';
import { isAbsent, readObject, readOptionalInteger, readOptionalWord, refuse } from './client-fields.ts';
import { LEAST_THINKING_BUDGET } from './wire-types.ts';

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
const KINDS = ['enabled', 'adaptive', 'disabled', 'between_tools'] as const;

/** `thinking` and `output_config.effort`; null when neither is there. `maxTokens`: null when tokens are only counted. */
export function readReasoning(body: JsonObject, maxTokens: number | null): CanonicalReasoning | null {
  const config = isAbsent(body['output_config']) ? {} : readObject(body['output_config'], 'output_config');
  const effort = readOptionalWord(config['effort'], 'output_config.effort', EFFORTS);
  if (isAbsent(body['thinking'])) return effort === null ? null : { isOn: true, effort, budgetTokens: null, display: null };
  const thinking = readObject(body['thinking'], 'thinking');
  const kind = readOptionalWord(thinking['type'], 'thinking.type', KINDS) ?? refuse('thinking.type', `must be one of ${KINDS.join(', ')}`);
  const display = readOptionalWord(thinking['display'], 'thinking.display', ['summarized', 'omitted']);
  return {
    // Between tools is how models that cannot be told not to think are told to think least.
    isOn: kind === 'enabled' || kind === 'adaptive',
    effort,
    budgetTokens: kind === 'enabled' ? readBudget(thinking['budget_tokens'], maxTokens) : null,
    display: display === null ? null : display === 'summarized' ? 'shown' : 'hidden',
  };
}

function readBudget(value: unknown, maxTokens: number | null): number {
  const field = 'thinking.budget_tokens';
  const budget = readOptionalInteger(value, field, LEAST_THINKING_BUDGET) ?? refuse(field, 'must be given');
  if (maxTokens !== null && budget >= maxTokens) refuse(field, 'must be less than max_tokens');
  return budget;
}

/** `output_config.format`, or `output_format`, as it was called first. */
export function readOutputFormat(body: JsonObject, unmapped: UnmappedFields): OutputFormat | null {
  const config = isAbsent(body['output_config']) ? {} : readObject(body['output_config'], 'output_config');
  for (const member of Object.keys(config)) {
    if (member !== 'effort' && member !== 'format' && !isAbsent(config[member])) unmapped.add(`output_config.${member}`, 'hint');
  }
  const isOld = isAbsent(config['format']);
  const field = isOld ? 'output_format' : 'output_config.format';
  const given = isOld ? body['output_format'] : config['format'];
  if (isAbsent(given)) return null;
  const format = readObject(given, field);
  if (format['type'] !== 'json_schema') refuse(`${field}.type`, 'must be json_schema');
  return { type: 'json-schema', schema: readObject(format['schema'], `${field}.schema`), name: null, description: null, strict: null };
}
