import type { CanonicalError } from '../../domain/canonical/canonical-error.ts';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { StopReason } from '../../domain/canonical/canonical-response.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import type { Usage } from '../../domain/usage.ts';
import type { AnswerContext, EventEncoder } from '../translation.ts';
import { AnswerIds } from './answer-ids.ts';
import { customToolsOf } from './client-call.ts';
import { logprobItems } from './encode-response.ts';
import { failedResponseError, responseErrorEvent } from './errors.ts';
import { EventFrames } from './event-frames.ts';
import { OpenCall } from './open-call.ts';
import { OpenMessage } from './open-message.ts';
import { OpenThought } from './open-thought.ts';
import { endOfStop, IN_PROGRESS, ResponseJson, type ResponseEnd } from './response-json.ts';
import { responseUsageJson } from './usage.ts';

/**
 * Writes the whole life of a response. The API gives one answer, so events of other choices are passed over. At most one message or thought is
 * open, and any number of calls: their events name their item, so pieces of parallel calls pass as they come.
 */
export class ResponseEventEncoder implements EventEncoder {
  readonly #customTools: ReadonlySet<string>;
  readonly #toolNames: ClientToolNames;
  readonly #ids: AnswerIds;
  readonly #frames = new EventFrames();
  /** Finished items as JSON text, by their place in the output. */
  readonly #output: string[] = [];
  #itemCount = 0;
  readonly #response: ResponseJson;
  #hasStarted = false;
  #message: OpenMessage | null = null;
  #thought: OpenThought | null = null;
  readonly #calls = new Map<number, OpenCall>();
  #messageIndex = 0;
  #lastMessageId = '';
  #thoughtIndex = 0;
  #hasRefusal = false;
  #stop: StopReason = 'end';
  #usage: Usage | null = null;
  #isOver = false;

  constructor(context: AnswerContext) {
    this.#toolNames = new ClientToolNames(context.request);
    this.#customTools = customToolsOf(context.request);
    this.#ids = new AnswerIds(context.requestId);
    this.#response = new ResponseJson(this.#ids.response, context);
  }

  encode(event: CanonicalEvent): string {
    if (this.#isOver || ('choice' in event && event.choice !== 0)) return '';
    if (event.type === 'start') return this.#start(event.createdAt);
    return (this.#hasStarted ? '' : this.#start(null)) + this.#write(event);
  }

  #write(event: Exclude<CanonicalEvent, { readonly type: 'start' }>): string {
    switch (event.type) {
      case 'text':
        return this.#openMessage() + (this.#message?.text(event.text) ?? '');
      case 'refusal':
        this.#hasRefusal = true;
        return this.#openMessage() + (this.#message?.refusal(event.text) ?? '');
      case 'citation':
        return this.#message?.cite(event.citation) ?? '';
      case 'logprobs':
        return this.#message?.logprobs(logprobItems(event.logprobs)) ?? '';
      case 'text-state':
        return this.#signText(event.state);
      case 'thinking':
        return this.#openThought() + (this.#thought?.text(event.text) ?? '');
      case 'thinking-state':
        return (this.#thought === null ? this.#openThought(event.state) : '') + this.#closeThought(event.state);
      case 'thinking-end':
        return this.#closeThought(null);
      case 'call-start':
        return this.#openCall(event);
      case 'call-input':
        return this.#calls.get(event.call)?.input(event.text) ?? '';
      case 'call-end':
        return this.#closeCall(event.call, 'completed');
      case 'finish':
        return this.#finish(event.stop);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
        return this.#fail(event.error);
      case 'end':
        return this.#end(endOfStop(this.#stop, this.#hasRefusal));
    }
  }

  #start(createdAt: number | null): string {
    if (this.#hasStarted) return '';
    this.#hasStarted = true;
    this.#response.setCreatedAt(createdAt);
    const members = `"response":${this.#response.write(IN_PROGRESS, [], 'null')}`;
    return this.#frames.write('response.created', members) + this.#frames.write('response.in_progress', members);
  }

  #openMessage(): string {
    if (this.#message !== null) return '';
    const closing = this.#closeThought(null);
    this.#messageIndex = this.#takeIndex();
    this.#lastMessageId = this.#ids.item('msg', this.#messageIndex);
    this.#message = new OpenMessage(this.#frames, { id: this.#lastMessageId, index: this.#messageIndex });
    return closing + this.#message.start();
  }

  #closeMessage(status: 'completed' | 'incomplete'): string {
    if (this.#message === null) return '';
    const { frames, json } = this.#message.close(status);
    this.#output[this.#messageIndex] = json;
    this.#message = null;
    return frames;
  }

  /** `state`: of a thought without text, which may bring the id under which its provider knows it. */
  #openThought(state: OpaqueState | null = null): string {
    if (this.#thought !== null) return '';
    const closing = this.#closeMessage('completed');
    this.#thoughtIndex = this.#takeIndex();
    const own = state?.family === 'openai' ? state.itemId : undefined;
    this.#thought = new OpenThought(this.#frames, { id: own ?? this.#ids.item('rs', this.#thoughtIndex), index: this.#thoughtIndex });
    return closing + this.#thought.start();
  }

  #closeThought(state: OpaqueState | null): string {
    if (this.#thought === null) return '';
    const { frames, json } = this.#thought.close(state);
    this.#output[this.#thoughtIndex] = json;
    this.#thought = null;
    return frames;
  }

  /** A signature that belongs to what stands beside it, in an item of its own without text. */
  #carry(state: OpaqueState): string {
    return this.#closeThought(null) + this.#openThought() + this.#closeThought(state);
  }

  /** The signature of the text before it: that its message is named tells it from the signature of what comes next. */
  #signText(state: OpaqueState): string {
    return this.#lastMessageId === '' ? '' : this.#carry({ ...state, itemId: this.#lastMessageId });
  }

  #openCall({ call, id, name: toldName, kind, state }: Extract<CanonicalEvent, { readonly type: 'call-start' }>): string {
    const name = this.#toolNames.of(toldName);
    const before = this.#closeThought(null) + this.#closeMessage('completed') + (state === undefined ? '' : this.#carry(state));
    const isUnwrapped = kind === 'function' && this.#customTools.has(name);
    const shownKind = isUnwrapped ? 'custom' : kind;
    const index = this.#takeIndex();
    const place = { id: this.#ids.item(shownKind === 'custom' ? 'ctc' : 'fc', index), index };
    const open = new OpenCall(this.#frames, place, { id: place.id, callId: id, name, kind: shownKind }, isUnwrapped);
    this.#calls.set(call, open);
    return before + open.start();
  }

  #closeCall(call: number, status: 'completed' | 'incomplete'): string {
    const open = this.#calls.get(call);
    if (open === undefined) return '';
    this.#calls.delete(call);
    const { frames, json } = open.close(status);
    this.#output[open.index] = json;
    return frames;
  }

  #finish(stop: StopReason): string {
    this.#stop = stop;
    return this.#closeAll(endOfStop(stop, this.#hasRefusal).status === 'incomplete' ? 'incomplete' : 'completed');
  }

  #closeAll(status: 'completed' | 'incomplete'): string {
    let frames = this.#closeThought(null) + this.#closeMessage(status);
    for (const call of this.#calls.keys()) frames += this.#closeCall(call, status);
    return frames;
  }

  #end(end: ResponseEnd): string {
    const closing = this.#closeAll('completed');
    this.#isOver = true;
    return closing + this.#frames.write(`response.${end.status}`, `"response":${this.#whole(end, responseUsageJson(this.#usage))}`);
  }

  /** Clients end at one or the other of the two events. What was begun stays unfinished: nobody knows its rest. */
  #fail(error: CanonicalError): string {
    const event = responseErrorEvent(error, this.#frames.takeSequence());
    this.#isOver = true;
    const end: ResponseEnd = { status: 'failed', error: failedResponseError(error), incomplete: 'null' };
    const usage = this.#usage === null ? 'null' : responseUsageJson(this.#usage);
    return event + this.#frames.write('response.failed', `"response":${this.#whole(end, usage)}`);
  }

  #whole(end: ResponseEnd, usage: string): string {
    // Places of items that were never finished are empty.
    const output = this.#output.filter((item) => item !== undefined);
    return this.#response.write(end, output, usage);
  }

  #takeIndex(): number {
    this.#itemCount += 1;
    return this.#itemCount - 1;
  }
}
