import type { CanonicalEmbeddingRequest } from '../../domain/canonical/canonical-embedding.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { refuseField, textField, wholeNumberField, wordField } from '../openai-fields.ts';
import { UnmappedFields } from '../unmapped-fields.ts';

const KNOWN = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user']);
const MOST_INPUTS = 2048;

/** A client's request for embeddings. Throws what OpenAI's server would refuse, and tokens, which only their own model can read. */
export function decodeRequest(body: JsonObject): CanonicalEmbeddingRequest {
  const unmapped = new UnmappedFields();
  if (textField(body, 'user') !== null) unmapped.add('user', 'hint');
  unmapped.addUnknown(body, KNOWN);
  return {
    source: 'openai-embeddings',
    inputs: readInputs(body),
    dimensions: wholeNumberField(body, 'dimensions', 1),
    taskType: null,
    encoding: wordField(body, 'encoding_format', ['float', 'base64']) ?? 'float',
    isSingle: typeof body['input'] === 'string',
    unmapped: unmapped.fields,
  };
}

function readInputs(body: JsonObject): readonly string[] {
  const { input } = body;
  if (typeof input === 'string') return [input === '' ? refuseField('input', 'is empty') : input];
  if (!Array.isArray(input) || input.length === 0) return refuseField('input', 'has to be a string or a list of strings');
  if (input.length > MOST_INPUTS) refuseField('input', `has to hold at most ${MOST_INPUTS} texts`);
  return input.map((each: unknown, index) => {
    if (typeof each === 'number' || Array.isArray(each)) {
      throw new GatewayError('cannot_translate', '"input" holds tokens, which another model would read as other text; send the text itself', {
        param: 'input',
      });
    }
    return typeof each === 'string' && each !== '' ? each : refuseField(`input[${index}]`, 'has to be a string that is not empty');
  });
}
