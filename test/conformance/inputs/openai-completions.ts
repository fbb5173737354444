import type { ProtocolInput } from './protocol-input.ts';

const chunk = (text: string, finish_reason: string | null): string =>
  `data: ${JSON.stringify({ id: 'cmpl-own1', object: 'text_completion', created: 1_795_000_001, model: 'gpt-own', choices: [{ text, index: 0, logprobs: null, finish_reason }] })}\n\n`;
const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

/** OpenAI's legacy completions: text in, text out. */
export const openaiCompletions: ProtocolInput = {
  request: { model: 'public', prompt: 'Name a harbour.', max_tokens: 50, temperature: 0.5, stop: 'END', stream: false },
  plain: { model: 'public', prompt: 'Name a harbour.' },
  answer: {
    id: 'cmpl-own1',
    object: 'text_completion',
    created: 1_795_000_001,
    model: 'gpt-own',
    choices: [{ text: ' Hamburg', index: 0, logprobs: null, finish_reason: 'length' }],
    usage,
  },
  stream: [
    chunk(' Ham', null),
    chunk('burg', null),
    chunk('', 'stop'),
    `data: ${JSON.stringify({ id: 'cmpl-own1', object: 'text_completion', created: 1_795_000_001, model: 'gpt-own', choices: [], usage })}\n\n`,
    'data: [DONE]\n\n',
  ].join(''),
  error: { status: 404, body: { error: { message: 'No such model.', type: 'invalid_request_error', param: 'model', code: 'model_not_found' } } },
};
