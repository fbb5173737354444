import { jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, VendorAnswer } from './vendor-answer.ts';

const VECTOR = [0.0023064255, -0.009327292, 0.015797347, -0.0077780345];

/** `POST …/embeddings`: one vector an input, as numbers or as base64 of little-endian floats. */
export function answerOpenaiEmbeddings(input: AnswerInput): VendorAnswer {
  const asked = input.json?.['input'];
  const count = Array.isArray(asked) && typeof asked[0] !== 'number' ? asked.length : 1;
  const embedding = input.json?.['encoding_format'] === 'base64' ? base64Vector() : VECTOR;
  return jsonAnswer({
    object: 'list',
    data: Array.from({ length: count }, (_, index) => ({ object: 'embedding', index, embedding })),
    model: input.model,
    ...(input.usage === null ? {} : { usage: { prompt_tokens: input.usage.input, total_tokens: input.usage.input } }),
  });
}

function base64Vector(): string {
  const bytes = Buffer.alloc(VECTOR.length * 4);
  VECTOR.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
