import { answerAnthropicCountTokens, answerAnthropicMessages } from './vendors/anthropic-messages.ts';
import { answerGeminiCountTokens, answerGeminiGenerate, answerGeminiModels, answerGeminiStream } from './vendors/gemini-generate.ts';
import { answerOpenaiChat } from './vendors/openai-chat.ts';
import { answerOpenaiCompletions } from './vendors/openai-completions.ts';
import { answerOpenaiEmbeddings } from './vendors/openai-embeddings.ts';
import { answerOpenaiImages, answerOpenaiModels, answerOpenaiSpeech } from './vendors/openai-other.ts';
import { answerOpenaiResponses } from './vendors/openai-responses.ts';
import type { AnswerMaker } from './vendors/vendor-answer.ts';

/** Whose error envelope a path has. */
export type VendorName = 'openai' | 'anthropic' | 'gemini';

/** Who answers a path; `make` is null where the mock upstream only tells what it received. */
export interface PathVendor {
  readonly vendor: VendorName;
  readonly make: AnswerMaker | null;
  /** The model when the path names it. */
  readonly model: string | null;
}

const POSTS: readonly (readonly [suffix: string, vendor: VendorName, make: AnswerMaker])[] = [
  ['/chat/completions', 'openai', answerOpenaiChat],
  ['/completions', 'openai', answerOpenaiCompletions],
  ['/responses', 'openai', answerOpenaiResponses],
  ['/embeddings', 'openai', answerOpenaiEmbeddings],
  ['/messages', 'anthropic', answerAnthropicMessages],
  ['/messages/count_tokens', 'anthropic', answerAnthropicCountTokens],
  ['/audio/speech', 'openai', answerOpenaiSpeech],
  ['/images/generations', 'openai', answerOpenaiImages],
];
const GEMINI_VERBS: Readonly<Record<string, AnswerMaker>> = {
  generateContent: answerGeminiGenerate,
  streamGenerateContent: answerGeminiStream,
  countTokens: answerGeminiCountTokens,
};

/** Finds who answers by method and the end of the path, under any base path. */
export function vendorOfPath(method: string, url: string): PathVendor {
  const path = url.split('?', 1)[0] ?? '';
  const gemini = /\/models\/(.+):(\w+)$/.exec(path);
  if (gemini !== null) {
    return { vendor: 'gemini', make: GEMINI_VERBS[gemini[2] ?? ''] ?? null, model: decodeOrKeep(gemini[1] ?? '') };
  }
  if (method === 'GET' && path.endsWith('/models')) {
    const isGemini = path.includes('/v1beta');
    return { vendor: isGemini ? 'gemini' : 'openai', make: isGemini ? answerGeminiModels : answerOpenaiModels, model: null };
  }
  const found = method === 'POST' ? POSTS.find(([suffix]) => path.endsWith(suffix)) : undefined;
  return { vendor: found?.[1] ?? 'openai', make: found?.[2] ?? null, model: null };
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
