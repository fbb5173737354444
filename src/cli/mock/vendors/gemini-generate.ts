import { jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, AnswerUsage, VendorAnswer } from './vendor-answer.ts';

/** `POST …/models/{m}:generateContent`. */
export function answerGeminiGenerate(input: AnswerInput): VendorAnswer {
  return jsonAnswer(frame(input, input.words.join(''), true));
}

/** `:streamGenerateContent`: server-sent events with CRLF when `alt=sse` asks, else one JSON array, frame by frame. */
export function answerGeminiStream(input: AnswerInput): VendorAnswer {
  const frames = input.words.map((word, index) => frame(input, word, index === input.words.length - 1));
  if (/[?&]alt=sse(&|$)/.test(input.url)) {
    return {
      headers: { 'content-type': 'text/event-stream' },
      pieces: frames.map((body) => `data: ${JSON.stringify(body)}\r\n\r\n`),
      repeat: 0,
      comment: ': keep-alive\r\n\r\n',
    };
  }
  const pieces = frames.map((body, index) => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(body)}`);
  return { headers: { 'content-type': 'application/json; charset=UTF-8' }, pieces: [...pieces, ']'], repeat: Math.min(1, frames.length - 1) };
}

/** `:countTokens`. */
export function answerGeminiCountTokens(input: AnswerInput): VendorAnswer {
  return jsonAnswer({ totalTokens: input.usage?.input ?? 0, promptTokensDetails: [{ modality: 'TEXT', tokenCount: input.usage?.input ?? 0 }] });
}

/** `GET …/v1beta/models`. */
export function answerGeminiModels(): VendorAnswer {
  const model = (name: string): object => ({
    name: `models/${name}`,
    displayName: name,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  });
  return jsonAnswer({ models: [model('gemini-mock'), model('gemini-mock-small')] });
}

function frame(input: AnswerInput, text: string, isLast: boolean): object {
  return {
    candidates: [{ content: { parts: [{ text }], role: 'model' }, ...(isLast ? { finishReason: 'STOP' } : {}), index: 0 }],
    ...(input.usage === null ? {} : { usageMetadata: usageMetadata(input.usage) }),
    modelVersion: input.model,
    responseId: `mock${input.number}`,
  };
}

function usageMetadata(usage: AnswerUsage): object {
  return {
    promptTokenCount: usage.input,
    cachedContentTokenCount: usage.cacheRead,
    candidatesTokenCount: usage.output - usage.reasoning,
    thoughtsTokenCount: usage.reasoning,
    totalTokenCount: usage.input + usage.output,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
  };
}
