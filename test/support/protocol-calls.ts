/** One client protocol as the tests call it. */
export interface ProtocolCall {
  readonly protocol: string;
  path(model: string, isStream: boolean): string;
  body(model: string, isStream: boolean): object;
  /** True when the data of an event ends an answer in order. */
  isEnd(data: string): boolean;
  /** How many events tell that a stream broke off, at its end. */
  readonly breakEvents: number;
  /** The data of an error event in this protocol: its code, as the gateway names it; null when it is no error event. */
  errorCode(event: string, data: string): string | null;
}

const MESSAGES = [{ role: 'user', content: 'Hello' }];

interface OpenaiError {
  readonly error?: { readonly message?: unknown; readonly type?: unknown; readonly code?: unknown };
}

function openaiErrorCode(_event: string, data: string): string | null {
  if (data === '[DONE]') return null;
  const { error } = JSON.parse(data) as OpenaiError;
  return error !== undefined && typeof error.message === 'string' && typeof error.type === 'string' ? String(error.code) : null;
}

interface FailedEvent {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  readonly sequence_number?: number;
  readonly response?: { readonly error?: { readonly code?: unknown } };
}

/** Every protocol that streams, with its smallest request. */
export const PROTOCOL_CALLS: readonly ProtocolCall[] = [
  {
    protocol: 'openai-chat',
    path: () => '/v1/chat/completions',
    body: (model, stream) => ({ model, messages: MESSAGES, stream }),
    isEnd: (data) => data === '[DONE]' || /"finish_reason":"/.test(data),
    breakEvents: 1,
    errorCode: openaiErrorCode,
  },
  {
    protocol: 'openai-responses',
    path: () => '/v1/responses',
    body: (model, stream) => ({ model, input: 'Hello', stream }),
    isEnd: (data) => /"type":"response\.(completed|incomplete)"/.test(data),
    breakEvents: 2,
    errorCode: (event, data) => {
      const parsed = JSON.parse(data) as FailedEvent;
      if (event === 'response.failed') return String(parsed.response?.error?.code);
      if (event !== 'error' || parsed.type !== 'error') return null;
      return typeof parsed.message === 'string' && typeof parsed.sequence_number === 'number' ? String(parsed.code) : null;
    },
  },
  {
    protocol: 'openai-completions',
    path: () => '/v1/completions',
    body: (model, stream) => ({ model, prompt: 'Hello', stream }),
    isEnd: (data) => data === '[DONE]' || /"finish_reason":"/.test(data),
    breakEvents: 1,
    errorCode: openaiErrorCode,
  },
  {
    protocol: 'anthropic-messages',
    path: () => '/v1/messages',
    body: (model, stream) => ({ model, max_tokens: 64, messages: MESSAGES, stream }),
    isEnd: (data) => data.includes('"message_stop"') || data.includes('"stop_reason":"'),
    breakEvents: 1,
    errorCode: (event, data) => {
      const parsed = JSON.parse(data) as { type: string; error?: { type?: unknown; message?: unknown; code?: unknown } };
      if (event !== 'error' || parsed.type !== 'error') return null;
      return typeof parsed.error?.type === 'string' && typeof parsed.error.message === 'string' ? String(parsed.error.code) : null;
    },
  },
  {
    protocol: 'gemini-generate',
    path: (model, isStream) => `/v1beta/models/${model}:${isStream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: () => ({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }),
    isEnd: (data) => data.includes('"finishReason"'),
    breakEvents: 1,
    errorCode: (_event, data) => {
      const { error } = JSON.parse(data) as { error?: { code?: unknown; status?: unknown; details?: readonly { reason?: unknown }[] } };
      return error !== undefined && typeof error.code === 'number' && typeof error.status === 'string' ? String(error.details?.[0]?.reason) : null;
    },
  },
];
