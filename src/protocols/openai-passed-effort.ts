import type { CanonicalRequest } from '../domain/canonical/canonical-request.ts';
import type { ModelTraits } from '../domain/model-traits.ts';

/**
 * The effort that a client asked a model for that does not think, in OpenAI's own words: it goes to OpenAI's servers as it is, which name the field
 * better than we could. Null: none was asked for (not to think is what such a model does anyway), the model thinks, or the operator says that
 * it does not.
 */
export function passedEffort({ source, reasoning }: CanonicalRequest, { thinking, lacks }: ModelTraits): string | null {
  if (thinking !== null || lacks.has('thinking') || !source.startsWith('openai-') || reasoning === null) return null;
  return reasoning.isOn ? reasoning.effort : null;
}
