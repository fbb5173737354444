import type { ProtocolName } from '../domain/protocol.ts';
import { anthropicMessages } from './anthropic-messages/anthropic-messages.ts';
import { geminiGenerate } from './gemini-generate/gemini-generate.ts';
import { openaiChat } from './openai-chat/openai-chat.ts';
import { openaiCompletions } from './openai-completions/openai-completions.ts';
import { openaiEmbeddings } from './openai-embeddings/openai-embeddings.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** Every wire format by name. The only file that knows them all. */
export const PROTOCOLS: Readonly<Record<ProtocolName, WireProtocol>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'openai-completions': openaiCompletions,
  'openai-embeddings': openaiEmbeddings,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': geminiGenerate,
};
