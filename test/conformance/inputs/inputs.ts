import { anthropicMessages } from './anthropic-messages.ts';
import { geminiGenerate } from './gemini-generate.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';
import { openaiResponses } from './openai-responses.ts';
import type { ProtocolInput } from './protocol-input.ts';

/** Protocols that generate text. */
export const TEXT_PROTOCOLS = ['openai-chat', 'openai-responses', 'openai-completions', 'anthropic-messages', 'gemini-generate'] as const;
export type TextProtocol = (typeof TEXT_PROTOCOLS)[number];

export const INPUTS: Readonly<Record<TextProtocol, ProtocolInput>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'openai-completions': openaiCompletions,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': geminiGenerate,
};
