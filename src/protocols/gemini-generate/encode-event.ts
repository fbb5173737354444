import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { StopReason } from '../../domain/canonical/canonical-response.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { AnswerContext, EventEncoder } from '../translation.ts';
import { writeIdentity } from './encode-response.ts';
import { generateErrorBody } from './errors.ts';
import { groundingMetadataOf } from './grounding.ts';
import { HiddenStates, isThoughtShown, withThought } from './hidden-thoughts.ts';
import { logprobsResultOf } from './logprobs.ts';
import { FINISH_REASONS } from './stop-reasons.ts';
import { usageMetadataOf } from './usage.ts';
import { writeCall, writeText, writeThought } from './write-part.ts';

type CallStart = Extract<CanonicalEvent, { readonly type: 'call-start' }>;

/** A call whose input is not complete, or that waits for one before it. */
interface OpenCall {
  readonly start: CallStart;
  readonly input: string[];
  isComplete: boolean;
}

interface Choice {
  readonly index: number;
  /** In the order in which they began; those that were sent are gone. */
  readonly calls: OpenCall[];
  readonly hidden: HiddenStates;
  thought: string;
  text: string;
  readonly citations: UrlCitation[];
  readonly logprobs: unknown[];
  stop: StopReason | null;
}

/**
 * Writes a stream for Gemini's clients: each frame is a whole answer with what is new. Calls go out whole; the reasons for the end and the usage
 * stand in one last frame, because upstreams tell the usage last.
 */
export class GenerateEventEncoder implements EventEncoder {
  readonly #context: AnswerContext;
  readonly #isShown: boolean;
  readonly #toolNames: ClientToolNames;
  readonly #choices: Choice[] = [];
  #identity: string;
  #usage: Usage | null = null;
  #hasElements = false;
  #isOver = false;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#toolNames = new ClientToolNames(context.request);
    this.#isShown = isThoughtShown(context.request);
    this.#identity = writeIdentity('', '', context);
  }

  encode(event: CanonicalEvent): string {
    if (this.#isOver) return '';
    switch (event.type) {
      case 'start':
        this.#identity = writeIdentity(event.id, event.model, this.#context);
        return '';
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
        return this.#end(generateErrorBody(event.error));
      case 'end':
        return this.#end(this.#lastFrame());
      default:
        return this.#encodeContent(event, this.#choiceOf(event.choice));
    }
  }

  #encodeContent(event: Extract<CanonicalEvent, { readonly choice: number }>, choice: Choice): string {
    switch (event.type) {
      case 'text':
      case 'refusal':
        choice.text += event.text;
        return this.#visible(choice, null, (state) => writeText(event.text, state));
      case 'text-state':
        return this.#visible(choice, event.state, (state) => writeText('', state));
      case 'thinking':
        choice.thought += event.text;
        return this.#isShown ? this.#frame(choice, writeThought(event.text, null)) : '';
      case 'thinking-state':
        return this.#endThought(choice, event.state);
      case 'thinking-end':
        choice.thought = '';
        return '';
      case 'call-start':
        choice.calls.push({ start: { ...event, name: this.#toolNames.of(event.name) }, input: [], isComplete: false });
        return '';
      case 'call-input':
        callOf(choice, event.call)?.input.push(event.text);
        return '';
      case 'call-end':
        return this.#endCall(choice, event.call);
      case 'citation':
        choice.citations.push(event.citation);
        return '';
      case 'logprobs':
        choice.logprobs.push(event.logprobs);
        return '';
      case 'finish':
        choice.stop = event.stop;
        return '';
      default:
        return unreachable(event);
    }
  }

  #endThought(choice: Choice, state: OpaqueState): string {
    const whole = withThought(state, choice.thought);
    choice.thought = '';
    if (this.#isShown) return this.#frame(choice, writeThought('', whole));
    const before = choice.hidden.add(whole);
    return before === '' ? '' : this.#frame(choice, before);
  }

  /** Calls keep the order in which they began: clients without ids pair by it. */
  #endCall(choice: Choice, call: number): string {
    const ended = callOf(choice, call);
    if (ended !== undefined) ended.isComplete = true;
    let frames = '';
    for (let first = choice.calls[0]; first?.isComplete === true; first = choice.calls[0]) {
      choice.calls.shift();
      const { start, input } = first;
      frames += this.#visible(choice, start.state ?? null, (state) => writeCall({ ...start, input: input.join('') }, state, start.call === 0));
    }
    return frames;
  }

  #visible(choice: Choice, own: OpaqueState | null, write: (state: OpaqueState | null) => string): string {
    const { state, before } = choice.hidden.take(own);
    const part = write(state);
    return this.#frame(choice, before === '' ? part : `${before},${part}`);
  }

  #frame(choice: Choice, parts: string): string {
    return this.#element(`{"candidates":[{"content":{"parts":[${parts}],"role":"model"},"index":${choice.index}}]${this.#identity}}`);
  }

  #lastFrame(): string {
    const usage = JSON.stringify(usageMetadataOf(this.#usage ?? NO_USAGE));
    return `{"candidates":[${this.#choices.map(writeLast).join(',')}],"usageMetadata":${usage}${this.#identity}}`;
  }

  #element(json: string): string {
    if (this.#context.framing === 'sse') return `data: ${json}\r\n\r\n`;
    const element = `${this.#hasElements ? ',\r\n' : '['}${json}`;
    this.#hasElements = true;
    return element;
  }

  #end(json: string): string {
    const element = this.#element(json);
    this.#isOver = true;
    return this.#context.framing === 'sse' ? element : `${element}]`;
  }

  #choiceOf(index: number): Choice {
    // One choice is the rule, and a search among few costs less than a map.
    for (const choice of this.#choices) if (choice.index === index) return choice;
    const choice: Choice = { index, calls: [], hidden: new HiddenStates(), thought: '', text: '', citations: [], logprobs: [], stop: null };
    this.#choices.push(choice);
    return choice;
  }
}

function callOf(choice: Choice, call: number): OpenCall | undefined {
  return choice.calls.find(({ start }) => start.call === call);
}

function writeLast(choice: Choice): string {
  const grounding = groundingMetadataOf(choice.citations, choice.text);
  const logprobs = logprobsResultOf(choice.logprobs);
  const state = choice.hidden.end();
  return (
    `{"content":{"parts":[${state === '' ? writeText('', null) : state}],"role":"model"},` +
    `"finishReason":"${FINISH_REASONS[choice.stop ?? 'end']}","index":${choice.index}` +
    (grounding === null ? '' : `,"groundingMetadata":${JSON.stringify(grounding)}`) +
    (logprobs === null ? '' : `,"logprobsResult":${JSON.stringify(logprobs)}`) +
    '}'
  );
}
