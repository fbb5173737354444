import { AUTH_SCHEMES } from './auth-schemes.ts';
import type { PresetSource } from './preset-source.ts';
import { sameBase } from './same-base.ts';

const LOCAL_PROTOCOLS = ['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings', 'anthropic-messages'] as const;

/** Model servers on the operator's own machine or network: no key needed, private addresses allowed. */
export const LOCAL_PRESETS: readonly PresetSource[] = [
  {
    id: 'ollama',
    label: 'Ollama',
    protocols: sameBase('http://127.0.0.1:11434/v1', LOCAL_PROTOCOLS),
    auth: AUTH_SCHEMES.bearer,
    local: true,
    failures: { modelMissing: ['try pulling it first'] },
  },
  {
    id: 'vllm',
    label: 'vLLM',
    protocols: sameBase('http://127.0.0.1:8000/v1', LOCAL_PROTOCOLS),
    auth: AUTH_SCHEMES.bearer,
    local: true,
  },
  {
    id: 'lm-studio',
    label: 'LM Studio',
    protocols: sameBase('http://127.0.0.1:1234/v1', LOCAL_PROTOCOLS),
    auth: AUTH_SCHEMES.bearer,
    local: true,
  },
];
