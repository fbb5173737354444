import { jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, VendorAnswer } from './vendor-answer.ts';

const VALUES = [0.013168523, -0.008711934, -0.046782676, 0.00069968984];

/** `:embedContent`. */
export function answerGeminiEmbed(): VendorAnswer {
  return jsonAnswer({ embedding: { values: VALUES } });
}

/** `:batchEmbedContents`: one vector a request; Gemini tells no usage. */
export function answerGeminiBatchEmbed(input: AnswerInput): VendorAnswer {
  const requests = input.json?.['requests'];
  return jsonAnswer({ embeddings: Array.from({ length: Array.isArray(requests) ? requests.length : 0 }, () => ({ values: VALUES })) });
}
