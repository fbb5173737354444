import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { Usage } from '../../domain/usage.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { openaiAnswerId } from '../openai-answer-id.ts';
import type { AnswerContext, EventEncoder } from '../translation.ts';
import { completionFinishReason } from './completion-finish-reason.ts';
import { completionErrorEvent } from './errors.ts';
import { writeCompletionUsage } from './usage.ts';

const DONE = 'data: [DONE]\n\n';

export function createEventEncoder(context: AnswerContext): EventEncoder {
  return new CompletionEventEncoder(context);
}

/** Writes the chunks of a legacy stream. What is not text has no place in them. */
class CompletionEventEncoder implements EventEncoder {
  readonly #context: AnswerContext;
  /** Once usage is asked for, every chunk has the member. */
  readonly #noUsage: string;
  /** Everything of a chunk ahead of its choices; empty until the answer has begun. */
  #head = '';
  #usage: Usage | null = null;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#noUsage = context.request.asksUsage ? ',"usage":null' : '';
  }

  encode(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start':
        this.#begin(event.id, event.createdAt);
        return '';
      case 'text':
      case 'refusal':
        return this.#chunk(event.choice, event.text, 'null');
      case 'finish':
        return this.#chunk(event.choice, '', `"${completionFinishReason(event.stop)}"`);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
        return completionErrorEvent(event.error);
      case 'end':
        return this.#end();
      case 'citation':
      case 'text-state':
      case 'thinking':
      case 'thinking-state':
      case 'thinking-end':
      case 'call-start':
      case 'call-input':
      case 'call-end':
      case 'logprobs':
        return '';
      default:
        return unreachable(event);
    }
  }

  #begin(id: string, createdAt: number | null): void {
    if (this.#head !== '') return;
    const { requestId, publicModel, now } = this.#context;
    const answerId = JSON.stringify(openaiAnswerId('cmpl-', id, requestId));
    this.#head = `data: {"id":${answerId},"object":"text_completion","created":${createdAt ?? now},"model":${JSON.stringify(publicModel)},"choices":[`;
  }

  #chunk(choice: number, text: string, reason: string): string {
    this.#begin('', null);
    return `${this.#head}{"text":${JSON.stringify(text)},"index":${choice},"logprobs":null,"finish_reason":${reason}}]${this.#noUsage}}\n\n`;
  }

  #end(): string {
    if (this.#usage === null || !this.#context.request.asksUsage) return DONE;
    this.#begin('', null);
    return `${this.#head}],"usage":${JSON.stringify(writeCompletionUsage(this.#usage))}}\n\n${DONE}`;
  }
}
