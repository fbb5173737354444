/** Vendors whose own models are looked up when the provider's list does not have the name; the first that has it wins. */
export const HOME_VENDORS: readonly string[] = [
  'openai',
  'anthropic',
  'gemini',
  'deepseek',
  'mistral',
  'xai',
  'cohere',
  'perplexity',
  'moonshot',
  'zhipu',
  'zai',
  'dashscope',
  'minimax',
  'volcengine-ark',
  'hunyuan',
  'stepfun',
];
