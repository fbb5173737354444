import { jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, VendorAnswer } from './vendor-answer.ts';

/** `GET …/models`. */
export function answerOpenaiModels(): VendorAnswer {
  const model = (id: string): object => ({ id, object: 'model', created: 1_795_000_000, owned_by: 'mock' });
  return jsonAnswer({ object: 'list', data: [model('mock-model'), model('mock-model-small')] });
}

/** `POST …/audio/speech`: bytes that look like an MP3 and are no UTF-8. */
export function answerOpenaiSpeech(): VendorAnswer {
  const bytes = Buffer.alloc(4096);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = (index * 31 + 255) & 255;
  bytes.set([0xff, 0xfb, 0x90, 0x64]);
  return { headers: { 'content-type': 'audio/mpeg' }, pieces: [bytes] };
}

/** `POST …/images/generations`. */
export function answerOpenaiImages(input: AnswerInput): VendorAnswer {
  return jsonAnswer({
    created: 1_795_000_000,
    data: [{ b64_json: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' }],
    ...(input.usage === null
      ? {}
      : { usage: { input_tokens: input.usage.input, output_tokens: input.usage.output, total_tokens: input.usage.input + input.usage.output } }),
  });
}
