/** The wire formats that the gateway understands. */
export const PROTOCOL_NAMES = [
  'openai-chat',
  'openai-responses',
  'openai-completions',
  'openai-embeddings',
  'anthropic-messages',
  'gemini-generate',
] as const;

export type ProtocolName = (typeof PROTOCOL_NAMES)[number];

/**
 * What an exchange speaks. `pass-through` is any other `/v1/*` call of an OpenAI-like service;
 * `rest` is a call under `/proxy`, of which nothing is known but its bytes.
 */
export type ExchangeProtocol = ProtocolName | 'pass-through' | 'rest';
