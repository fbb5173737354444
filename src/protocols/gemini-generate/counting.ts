import type { CountTranslation } from '../translation.ts';
import { decodeCountRequest } from './decode-request.ts';
import { encodeCountRequest } from './encode-request.ts';

/** `:countTokens`. */
export const generateCounting: CountTranslation = {
  decodeRequest: decodeCountRequest,
  encodeRequest: encodeCountRequest,
  decodeCount: ({ totalTokens }) => (typeof totalTokens === 'number' && Number.isFinite(totalTokens) ? totalTokens : null),
  encodeCount: (inputTokens) => JSON.stringify({ totalTokens: inputTokens }),
};
