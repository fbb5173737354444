import { Drops } from '../../domain/canonical/drops.ts';
import type { CountTranslation } from '../translation.ts';
import { decodeResponseRequest } from './decode-request.ts';
import { writeQuestion } from './encode-request.ts';

/** `POST /responses/input_tokens`. */
export const responseCounting: CountTranslation = {
  decodeRequest: decodeResponseRequest,
  encodeRequest(request, target) {
    const drops = new Drops();
    return { path: '/responses/input_tokens', query: '', body: writeQuestion(request, target, drops), headers: {}, dropped: drops.features };
  },
  decodeCount(body) {
    const count = body['input_tokens'];
    return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
  },
  encodeCount: (inputTokens) => `{"object":"response.input_tokens","input_tokens":${inputTokens}}`,
};
