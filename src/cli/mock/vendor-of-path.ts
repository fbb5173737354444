import { answerAnthropicCountTokens, answerAnthropicMessages } from './vendors/anthropic-messages.ts';
import { answerGeminiBatchEmbed, answerGeminiEmbed } from './vendors/gemini-embeddings.ts';
import { answerGeminiCountTokens, answerGeminiGenerate, answerGeminiModels, answerGeminiStream } from './vendors/gemini-generate.ts';
import { answerOpenaiChat } from './vendors/openai-chat.ts';
import { answerOpenaiCompletions } from './vendors/openai-completions.ts';
import { answerOpenaiEmbeddings } from './vendors/openai-embeddings.ts';
import { answerOpenaiImages, answerOpenaiModels, answerOpenaiSpeech } from './vendors/openai-other.ts';
import { answerOpenaiInputTokens, answerOpenaiResponses } from './vendors/openai-responses.ts';
import { refuseAnthropicCount, refuseAnthropicMessages } from './vendors/strict/refuse-anthropic-messages.ts';
import { refuseGeminiCount, refuseGeminiGenerate } from './vendors/strict/refuse-gemini-generate.ts';
import { refuseOpenaiChat } from './vendors/strict/refuse-openai-chat.ts';
import { refuseOpenaiInputTokens, refuseOpenaiResponses } from './vendors/strict/refuse-openai-responses.ts';
import type { RequestCheck } from './vendors/strict/request-check.ts';
import type { AnswerMaker } from './vendors/vendor-answer.ts';

/** Whose error envelope a path has. */
export type VendorName = 'openai' | 'anthropic' | 'gemini';

/** Who answers a path; `make` is null where the mock upstream only tells what it received. */
export interface PathVendor {
  readonly vendor: VendorName;
  readonly make: AnswerMaker | null;
  /** What the vendor refuses, for strict rules; null where nothing is checked. */
  readonly check: RequestCheck | null;
  /** The model when the path names it. */
  readonly model: string | null;
}

const POSTS: readonly (readonly [suffix: string, vendor: VendorName, make: AnswerMaker, check?: RequestCheck])[] = [
  ['/chat/completions', 'openai', answerOpenaiChat, refuseOpenaiChat],
  ['/completions', 'openai', answerOpenaiCompletions],
  ['/responses', 'openai', answerOpenaiResponses, refuseOpenaiResponses],
  ['/responses/input_tokens', 'openai', answerOpenaiInputTokens, refuseOpenaiInputTokens],
  ['/embeddings', 'openai', answerOpenaiEmbeddings],
  ['/messages', 'anthropic', answerAnthropicMessages, refuseAnthropicMessages],
  ['/messages/count_tokens', 'anthropic', answerAnthropicCountTokens, refuseAnthropicCount],
  ['/audio/speech', 'openai', answerOpenaiSpeech],
  ['/images/generations', 'openai', answerOpenaiImages],
];
const GEMINI_VERBS: Readonly<Record<string, readonly [make: AnswerMaker, check?: RequestCheck]>> = {
  generateContent: [answerGeminiGenerate, refuseGeminiGenerate],
  streamGenerateContent: [answerGeminiStream, refuseGeminiGenerate],
  countTokens: [answerGeminiCountTokens, refuseGeminiCount],
  embedContent: [answerGeminiEmbed],
  batchEmbedContents: [answerGeminiBatchEmbed],
};

/** Finds who answers by method and the end of the path, under any base path. */
export function vendorOfPath(method: string, url: string): PathVendor {
  const path = url.split('?', 1)[0] ?? '';
  const gemini = /\/models\/(.+):(\w+)$/.exec(path);
  if (gemini !== null) {
    const [make = null, check = null] = GEMINI_VERBS[gemini[2] ?? ''] ?? [];
    return { vendor: 'gemini', make, check, model: decodeOrKeep(gemini[1] ?? '') };
  }
  if (method === 'GET' && path.endsWith('/models')) {
    const isGemini = path.includes('/v1beta');
    return { vendor: isGemini ? 'gemini' : 'openai', make: isGemini ? answerGeminiModels : answerOpenaiModels, check: null, model: null };
  }
  const found = method === 'POST' ? POSTS.find(([suffix]) => path.endsWith(suffix)) : undefined;
  return { vendor: found?.[1] ?? 'openai', make: found?.[2] ?? null, check: found?.[3] ?? null, model: null };
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
