import { issueState } from './mock-state.ts';
import { jsonAnswer } from './vendor-answer.ts';
import type { AnswerInput, AnswerUsage, VendorAnswer } from './vendor-answer.ts';

/** `POST …/models/{m}:generateContent`. */
export function answerGeminiGenerate(input: AnswerInput): VendorAnswer {
  const thoughts = input.thoughts ?? [];
  const parts = [
    ...(thoughts.length === 0 ? [] : [{ text: thoughts.join(''), thought: true }]),
    ...(input.words.length === 0 ? [] : [{ text: input.words.join(''), ...textSignature(input) }]),
    ...callParts(input),
  ];
  return jsonAnswer(frame(input, parts, true));
}

/** `:streamGenerateContent`: server-sent events with CRLF when `alt=sse` asks, else one JSON array, frame by frame. */
export function answerGeminiStream(input: AnswerInput): VendorAnswer {
  const parts = streamedParts(input);
  const frames = parts.map((part, index) => frame(input, [part], index === parts.length - 1));
  if (/[?&]alt=sse(&|$)/.test(input.url)) {
    return {
      headers: { 'content-type': 'text/event-stream' },
      pieces: frames.map(data),
      repeat: 0,
      comment: ': keep-alive\r\n\r\n',
      failure: (error) => [data(error)],
    };
  }
  const pieces = frames.map((body, index) => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(body)}`);
  return {
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    pieces: [...pieces, ']'],
    repeat: Math.min(1, frames.length - 1),
    failure: (error, place) => [`${place === 0 ? '[' : ',\r\n'}${JSON.stringify(error)}]`],
  };
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

/** One part a frame. Behind thoughts or calls comes an empty text, which carries the signature when no call does. */
function streamedParts(input: AnswerInput): readonly object[] {
  const parts = [...(input.thoughts ?? []).map((text) => ({ text, thought: true })), ...input.words.map((text) => ({ text })), ...callParts(input)];
  const hasPlainText = input.thoughts === null && input.toolCalls.length === 0;
  return hasPlainText ? parts : [...parts, { text: '', ...textSignature(input) }];
}

/** Parallel calls: only the first is signed. Calls have no ids. */
function callParts(input: AnswerInput): readonly object[] {
  return input.toolCalls.map(({ name, arguments: args }, index) => ({
    functionCall: { name, args },
    ...(index === 0 ? { thoughtSignature: issueState('gemini', name) } : {}),
  }));
}

function textSignature(input: AnswerInput): object {
  return input.thoughts === null || input.toolCalls.length > 0 ? {} : { thoughtSignature: issueState('gemini', input.words.join('')) };
}

function data(body: object): string {
  return `data: ${JSON.stringify(body)}\r\n\r\n`;
}

function frame(input: AnswerInput, parts: readonly object[], isLast: boolean): object {
  return {
    candidates: [{ content: { parts, role: 'model' }, ...(isLast ? { finishReason: 'STOP' } : {}), index: 0 }],
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
