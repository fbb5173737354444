import { EFFORTS, type CanonicalReasoning, type OutputFormat, type ServiceTier } from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { booleanField, listField, objectField, refuseField, requiredTextField, textField, wholeNumberField, wordField } from '../openai-fields.ts';
import type { UnmappedFields } from '../unmapped-fields.ts';

/** `text.format`, flat. Plain text is what every model writes anyway. */
export function readOutputFormat(text: JsonObject): OutputFormat | null {
  const format = objectField(text, 'format', 'text');
  if (format === null) return null;
  const type = wordField(format, 'type', ['text', 'json_object', 'json_schema'], 'text.format') ?? refuseField('text.format.type', 'is missing');
  if (type === 'text') return null;
  if (type === 'json_object') return { type: 'json-object' };
  return {
    type: 'json-schema',
    name: requiredTextField(format, 'name', 'text.format'),
    schema: objectField(format, 'schema', 'text.format') ?? refuseField('text.format.schema', 'is missing'),
    description: textField(format, 'description', 'text.format'),
    strict: booleanField(format, 'strict', 'text.format'),
  };
}

const SUMMARIES = ['auto', 'concise', 'detailed'] as const;

/** `reasoning`. How long a summary is to be has no counterpart: asked for is shown. */
export function readReasoningWish(body: JsonObject, unmapped: UnmappedFields): CanonicalReasoning | null {
  const reasoning = objectField(body, 'reasoning');
  if (reasoning === null) return null;
  for (const member of ['context', 'mode']) if ((reasoning[member] ?? null) !== null) unmapped.add(`reasoning.${member}`, 'hint');
  const effort = wordField(reasoning, 'effort', ['none', ...EFFORTS], 'reasoning');
  const summary = wordField(reasoning, 'summary', SUMMARIES, 'reasoning') ?? wordField(reasoning, 'generate_summary', SUMMARIES, 'reasoning');
  if (effort === null && summary === null) return null;
  const display = summary === null ? null : 'shown';
  if (effort === 'none') return { isOn: false, effort: null, budgetTokens: null, display };
  return { isOn: true, effort, budgetTokens: null, display };
}

const TIERS: Readonly<Record<string, ServiceTier | null>> = {
  auto: 'auto',
  default: 'default',
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
  ultrafast: 'priority',
  scale: null,
};

/** `scale` is capacity that the client bought of one provider. */
export function readServiceTier(body: JsonObject, unmapped: UnmappedFields): ServiceTier | null {
  const word = wordField(body, 'service_tier', Object.keys(TIERS));
  if (word === null) return null;
  const tier = TIERS[word] ?? null;
  if (tier === null) unmapped.add('service_tier', 'hint');
  return tier;
}

/** Token probabilities are asked for in `include`, or by wanting alternatives. */
export function readLogprobs(body: JsonObject, unmapped: UnmappedFields): number | null {
  const most = wholeNumberField(body, 'top_logprobs', 0, 20);
  let isAsked = most !== null && most > 0;
  for (const each of listField(body, 'include') ?? []) {
    if (typeof each !== 'string') refuseField('include', 'has to be a list of strings');
    if (each === 'message.output_text.logprobs') isAsked = true;
    // State is always given: the gateway keeps no response, so a client without it could not go on.
    else if (each !== 'reasoning.encrypted_content') unmapped.add(`include.${each.slice(0, 80)}`, 'hint');
  }
  return isAsked ? (most ?? 0) : null;
}

export function readMetadata(body: JsonObject): Readonly<Record<string, string>> | null {
  const metadata = objectField(body, 'metadata');
  if (metadata === null) return null;
  const pairs = Object.entries(metadata);
  if (pairs.length > 16) refuseField('metadata', 'may not have more than 16 pairs');
  const found: Record<string, string> = {};
  for (const [name, value] of pairs)
    found[name] = typeof value === 'string' ? value : refuseField(`metadata.${name.slice(0, 80)}`, 'has to be a string');
  return pairs.length === 0 ? null : found;
}
