import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { withoutSchemaUri } from './plain-json-schema.ts';

const ONE_OBJECT = 'When you answer without calling a function, answer with one JSON object and nothing else.';

/** True for a model that refuses JSON mode in this request, because it is given functions too. */
export function isJsonRefused({ outputFormat, tools }: CanonicalRequest, { jsonWithTools, lacks }: ModelTraits): boolean {
  return outputFormat !== null && tools.length > 0 && !jsonWithTools && !lacks.has('tools');
}

/** What such a model is told in words instead; null: nothing, it has a field for it. */
export function jsonInstruction(request: CanonicalRequest, traits: ModelTraits, drops: Drops): string | null {
  if (!isJsonRefused(request, traits)) return null;
  drops.add('json-with-tools');
  const { outputFormat: format } = request;
  if (format?.type !== 'json-schema' || format.schema === null) return ONE_OBJECT;
  return `${ONE_OBJECT} It follows this JSON Schema: ${JSON.stringify(withoutSchemaUri(format.schema))}`;
}
