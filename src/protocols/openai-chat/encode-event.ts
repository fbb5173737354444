import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { StopReason } from '../../domain/canonical/canonical-response.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import type { Usage } from '../../domain/usage.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { openaiAnswerId } from '../openai-answer-id.ts';
import { writeFinishReason } from '../openai-finish-reason.ts';
import type { AnswerContext, EventEncoder } from '../translation.ts';
import { encodeAnnotation } from './encode-annotation.ts';
import { chatErrorEvent } from './errors.ts';
import { speaksFunctions } from './feature-names.ts';
import { reasoningDetail } from './reasoning-details.ts';
import { SILENT_REFUSAL } from './silent-refusal.ts';
import { toolCallState } from './tool-call-state.ts';
import { writeChatUsage } from './usage.ts';
import type { ReasoningDetail } from './wire-types.ts';

const DONE = 'data: [DONE]\n\n';

export function createEventEncoder(context: AnswerContext): EventEncoder {
  return new ChatEventEncoder(context);
}

interface StreamedCall {
  readonly kind: 'function' | 'custom';
  hasInput: boolean;
}

interface StreamedChoice {
  /** Everything of a chunk ahead of the delta's members. */
  readonly head: string;
  readonly calls: StreamedCall[];
  /** Told at the end and at once: clients that gather a stream keep the last list only. */
  readonly details: ReasoningDetail[];
  readonly citations: UrlCitation[];
  /** Length of the text so far. */
  length: number;
  hasRefused: boolean;
  /** The thought that is open. */
  thought: string;
  hasThoughtBefore: boolean;
}

/** Writes chat chunks. Frames are put together from constant text, because this runs for every token. */
class ChatEventEncoder implements EventEncoder {
  readonly #context: AnswerContext;
  readonly #isDeprecated: boolean;
  readonly #toolNames: ClientToolNames;
  /** Ends a chunk inside an answer. */
  readonly #tail: string;
  readonly #choices = new Map<number, StreamedChoice>();
  /** Everything of a chunk ahead of its choices; empty until the answer has begun. */
  #head = '';
  #usage: Usage | null = null;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#toolNames = new ClientToolNames(context.request);
    this.#isDeprecated = speaksFunctions(context.request.featureNames);
    // Joined flat, as the heads are: a text put together of pieces would be gathered anew for each token.
    this.#tail = ['},"logprobs":null,"finish_reason":null}]', this.#noUsage(), '}\n\n'].join('');
  }

  encode(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start(event.id, event.createdAt);
      case 'text':
        return this.#text(event.choice, event.text);
      case 'refusal':
        return this.#refusal(event.choice, event.text);
      case 'thinking':
        return this.#thinking(event.choice, event.text);
      case 'thinking-state':
        return this.#endThought(event.choice, event.state);
      case 'thinking-end':
        return this.#endThought(event.choice, null);
      case 'text-state':
        return this.#textState(event.choice, event.state);
      case 'citation':
        return this.#citation(event.choice, event.citation);
      case 'call-start':
        return this.#callStart(event);
      case 'call-input':
        return this.#callInput(event.choice, event.call, event.text);
      case 'call-end':
        return this.#callEnd(event.choice, event.call);
      case 'logprobs':
        return `${this.#opened(event.choice)}${this.#headOf(event.choice)}},"logprobs":${JSON.stringify(event.logprobs)},"finish_reason":null}]${this.#noUsage()}}\n\n`;
      case 'finish':
        return this.#finish(event.choice, event.stop);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
        return chatErrorEvent(event.error);
      case 'end':
        return this.#end();
      default:
        return unreachable(event);
    }
  }

  #start(id: string, createdAt: number | null): string {
    if (this.#head !== '') return '';
    this.#begin(id, createdAt);
    // The role at once: a model may think for minutes before it says a word.
    return this.#opened(0);
  }

  #begin(id: string, createdAt: number | null): void {
    const { requestId, publicModel, now } = this.#context;
    const answerId = JSON.stringify(openaiAnswerId('chatcmpl-', id, requestId));
    this.#head = `data: {"id":${answerId},"object":"chat.completion.chunk","created":${createdAt ?? now},"model":${JSON.stringify(publicModel)},"choices":[`;
  }

  #choice(index: number): StreamedChoice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    if (this.#head === '') this.#begin('', null);
    const head = [this.#head, '{"index":', index, ',"delta":{'].join('');
    const choice = { head, calls: [], details: [], citations: [], length: 0, hasRefused: false, thought: '', hasThoughtBefore: false };
    this.#choices.set(index, choice);
    return choice;
  }

  #headOf(index: number): string {
    return this.#choice(index).head;
  }

  /** The role chunk of a choice of which nothing was said yet. */
  #opened(index: number): string {
    if (this.#choices.has(index)) return '';
    return `${this.#headOf(index)}"role":"assistant","content":"","refusal":null${this.#tail}`;
  }

  #text(index: number, text: string): string {
    const role = this.#opened(index);
    const choice = this.#choice(index);
    choice.length += text.length;
    return `${role}${choice.head}"content":${JSON.stringify(text)}${this.#tail}`;
  }

  #refusal(index: number, text: string): string {
    const role = this.#opened(index);
    const choice = this.#choice(index);
    choice.hasRefused = true;
    return `${role}${choice.head}"refusal":${JSON.stringify(text)}${this.#tail}`;
  }

  #thinking(index: number, text: string): string {
    const role = this.#opened(index);
    const choice = this.#choice(index);
    const told = choice.thought === '' && choice.hasThoughtBefore ? `\n\n${text}` : text;
    choice.thought += text;
    return `${role}${choice.head}"reasoning_content":${JSON.stringify(told)}${this.#tail}`;
  }

  #endThought(index: number, state: OpaqueState | null): string {
    const role = this.#opened(index);
    const choice = this.#choice(index);
    if (state !== null) choice.details.push(reasoningDetail(state, state.text ?? choice.thought, choice.details.length));
    if (choice.thought !== '') choice.hasThoughtBefore = true;
    choice.thought = '';
    return role;
  }

  #textState(index: number, state: OpaqueState): string {
    const role = this.#opened(index);
    const { details } = this.#choice(index);
    details.push(reasoningDetail(state, '', details.length));
    return role;
  }

  #citation(index: number, citation: UrlCitation): string {
    const role = this.#opened(index);
    this.#choice(index).citations.push(citation);
    return role;
  }

  #callStart({ choice: index, call, id, name, kind, state }: Extract<CanonicalEvent, { type: 'call-start' }>): string {
    const role = this.#opened(index);
    const choice = this.#choice(index);
    choice.calls[call] = { kind, hasInput: false };
    const named = JSON.stringify(this.#toolNames.of(name));
    if (this.#isDeprecated) return call > 0 ? role : `${role}${choice.head}"function_call":{"name":${named},"arguments":""}${this.#tail}`;
    const { extra_content: extra } = toolCallState(state);
    const called = kind === 'custom' ? `"custom":{"name":${named},"input":""}` : `"function":{"name":${named},"arguments":""}`;
    const signature = extra === undefined ? '' : `,"extra_content":${JSON.stringify(extra)}`;
    return `${role}${choice.head}"tool_calls":[{"index":${call},"id":${JSON.stringify(id)},"type":"${kind}",${called}${signature}}]${this.#tail}`;
  }

  #callInput(index: number, call: number, text: string): string {
    const choice = this.#choice(index);
    const streamed = choice.calls[call];
    if (streamed === undefined) return '';
    streamed.hasInput = true;
    const piece = JSON.stringify(text);
    if (this.#isDeprecated) return call > 0 ? '' : `${choice.head}"function_call":{"arguments":${piece}}${this.#tail}`;
    const called = streamed.kind === 'custom' ? `"custom":{"input":${piece}}` : `"function":{"arguments":${piece}}`;
    return `${choice.head}"tool_calls":[{"index":${call},${called}}]${this.#tail}`;
  }

  /** A function without arguments gets an empty object: every client parses them. */
  #callEnd(index: number, call: number): string {
    const streamed = this.#choice(index).calls[call];
    return streamed?.kind === 'function' && !streamed.hasInput ? this.#callInput(index, call, '{}') : '';
  }

  #finish(index: number, stop: StopReason): string {
    const role = this.#opened(index);
    const choice = this.#choice(index);
    const reason = writeFinishReason(stop, choice.calls.length > 0);
    const told = this.#isDeprecated && reason === 'tool_calls' ? 'function_call' : reason;
    const words = stop === 'refusal' && !choice.hasRefused && choice.length === 0 ? this.#refusal(index, SILENT_REFUSAL) : '';
    const { details, citations, length, head } = choice;
    const states = details.length === 0 ? '' : `${head}"reasoning_details":${JSON.stringify(details)}${this.#tail}`;
    const annotations = citations.map((citation) => encodeAnnotation(citation, 0, length));
    const sources = annotations.length === 0 ? '' : `${head}"annotations":${JSON.stringify(annotations)}${this.#tail}`;
    return `${role}${words}${states}${sources}${head}},"logprobs":null,"finish_reason":"${told}"}]${this.#noUsage()}}\n\n`;
  }

  #end(): string {
    if (this.#usage === null || !this.#context.request.asksUsage) return DONE;
    if (this.#head === '') this.#begin('', null);
    return `${this.#head}],"usage":${JSON.stringify(writeChatUsage(this.#usage))}}\n\n${DONE}`;
  }

  /** Once usage is asked for, every chunk has the member. */
  #noUsage(): string {
    return this.#context.request.asksUsage ? ',"usage":null' : '';
  }
}
