import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { StopReason } from '../../domain/canonical/canonical-response.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { legalToolCallId } from '../../domain/canonical/tool-call-id.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import type { Usage } from '../../domain/usage.ts';
import { unreachable } from '../../lib/unreachable.ts';
import type { AnswerContext, EventEncoder } from '../translation.ts';
import { BlockQueue, type StreamBlock } from './block-queue.ts';
import { messageId, redactedJson, thinkingJson } from './encode-response.ts';
import { messageErrorEvent } from './errors.ts';
import { signatureOf, signatureOfNext, signatureOfTextBefore, UNSIGNED } from './state-carrier.ts';
import { writeStopDetails, writeStopReason } from './stop-reasons.ts';
import { messageUsageJson } from './usage.ts';
import { citationJson } from './wire-citation.ts';

interface Block extends StreamBlock {
  /** Every delta of the block's own kind up to its text. */
  readonly deltaStart: string;
  /** The thought so far, for states that need it. */
  thought: string;
  hasInput: boolean;
  /** Free text of a custom tool, written as the member `input` of an object. */
  readonly isFreeText: boolean;
}

const DELTAS: Readonly<Record<Block['kind'], string>> = {
  text: '{"type":"text_delta","text":',
  thinking: '{"type":"thinking_delta","thinking":',
  call: '{"type":"input_json_delta","partial_json":',
  redacted: '',
};

/** Writes a streamed message. What the protocol tells at the end, the reason and the figures, waits for the very end: figures come late. */
export class MessageEventEncoder implements EventEncoder {
  readonly #context: AnswerContext;
  readonly #toolNames: ClientToolNames;
  readonly #queue = new BlockQueue<Block>();
  readonly #calls = new Map<number, Block>();
  #isStarted = false;
  #isOver = false;
  #isRefused = false;
  #stop: StopReason = 'end';
  #stopSequence: string | null = null;
  #usage: Usage | null = null;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#toolNames = new ClientToolNames(context.request);
  }

  encode(event: CanonicalEvent): string {
    // The protocol knows one answer.
    if (this.#isOver || ('choice' in event && event.choice !== 0)) return '';
    if (event.type === 'usage') {
      this.#usage = event.usage;
      return '';
    }
    if (event.type === 'error') {
      this.#isOver = true;
      return messageErrorEvent(event.error, this.#context.requestId);
    }
    return this.#start() + this.#write(event);
  }

  #write(event: Exclude<CanonicalEvent, { readonly type: 'usage' | 'error' }>): string {
    switch (event.type) {
      case 'text':
      case 'refusal':
        this.#isRefused ||= event.type === 'refusal';
        return this.#writeText('text', event.text);
      case 'thinking':
        return this.#writeText('thinking', event.text);
      case 'thinking-state':
        return this.#writeState(event.state);
      case 'thinking-end':
        return this.#queue.last?.kind === 'thinking' ? this.#endWords() : '';
      case 'text-state':
        return this.#writeSignature(signatureOfTextBefore(event.state));
      case 'citation':
        return this.#writeCitation(event.citation);
      case 'call-start':
        return this.#startCall(event);
      case 'call-input':
        return this.#writeInput(event.call, event.text);
      case 'call-end':
        return this.#endCall(this.#calls.get(event.call));
      case 'finish':
        this.#stop = event.stop;
        this.#stopSequence = event.stopSequence;
        return this.#endAll();
      case 'end':
        return this.#endMessage();
      case 'start':
      case 'logprobs':
        return '';
      default:
        return unreachable(event);
    }
  }

  #start(): string {
    if (this.#isStarted) return '';
    this.#isStarted = true;
    return (
      `event: message_start\ndata: {"type":"message_start","message":{"id":"${messageId(this.#context.requestId)}","type":"message",` +
      `"role":"assistant","model":${JSON.stringify(this.#context.publicModel)},"content":[],"stop_reason":null,"stop_sequence":null,` +
      `"stop_details":null,"container":null,"usage":${messageUsageJson(this.#usage)}}}\n\n`
    );
  }

  #writeText(kind: 'text' | 'thinking', text: string): string {
    let frames = '';
    let block = this.#queue.last;
    if (block?.kind !== kind) {
      frames = this.#endWords();
      block = this.#newBlock(kind);
      frames += this.#queue.open(block, kind === 'text' ? '{"type":"text","text":""}' : thinkingJson('', ''));
    }
    if (kind === 'thinking') block.thought += text;
    return frames + this.#queue.write(block, `${block.deltaStart}${JSON.stringify(text)}}}\n\n`);
  }

  /** Ends the open thought with its proof, or is a whole thought that cannot be read. */
  #writeState(state: OpaqueState): string {
    const open = this.#queue.last;
    if (state.family === 'anthropic' && state.form === 'sealed') {
      const block = this.#newBlock('redacted');
      return this.#endWords() + this.#queue.open(block, redactedJson(state)) + this.#queue.end(block);
    }
    if (open?.kind === 'thinking') return this.#sign(open, signatureOf(state, open.thought)) + this.#queue.end(open);
    return this.#writeSignature(signatureOf(state, ''));
  }

  /** A block that holds nothing but a signature. */
  #writeSignature(signature: string): string {
    const before = this.#endWords();
    const block = this.#newBlock('thinking');
    return before + this.#queue.open(block, thinkingJson('', '')) + this.#sign(block, signature) + this.#queue.end(block);
  }

  #sign(block: Block, signature: string): string {
    const delta = `{"type":"signature_delta","signature":${JSON.stringify(signature)}}`;
    return this.#queue.write(block, `event: content_block_delta\ndata: {"type":"content_block_delta","index":${block.index},"delta":${delta}}\n\n`);
  }

  /** A source whose text has been closed already has no place to stand in. */
  #writeCitation(citation: UrlCitation): string {
    const block = this.#queue.last;
    if (block?.kind !== 'text') return '';
    const delta = `{"type":"citations_delta","citation":${citationJson(citation, '')}}`;
    return this.#queue.write(block, `event: content_block_delta\ndata: {"type":"content_block_delta","index":${block.index},"delta":${delta}}\n\n`);
  }

  #startCall(event: CanonicalEvent & { readonly type: 'call-start' }): string {
    const before = this.#endWords() + (event.state === undefined ? '' : this.#writeSignature(signatureOfNext(event.state)));
    const block = this.#newBlock('call', event.kind === 'custom');
    this.#calls.set(event.call, block);
    const id = JSON.stringify(legalToolCallId(event.id));
    return before + this.#queue.open(block, `{"type":"tool_use","id":${id},"name":${JSON.stringify(this.#toolNames.of(event.name))},"input":{}}`);
  }

  #writeInput(call: number, text: string): string {
    const block = this.#calls.get(call);
    if (block === undefined || block.isEnded) return '';
    const opening = block.isFreeText && !block.hasInput ? '{"input":"' : '';
    block.hasInput = true;
    const piece = block.isFreeText ? opening + JSON.stringify(text).slice(1, -1) : text;
    return this.#queue.write(block, `${block.deltaStart}${JSON.stringify(piece)}}}\n\n`);
  }

  #endCall(block: Block | undefined): string {
    if (block === undefined || block.isEnded) return '';
    // Clients that gather the pieces parse what they gathered.
    const rest = block.isFreeText ? (block.hasInput ? '"}' : '{"input":""}') : block.hasInput ? '' : '{}';
    const last = rest === '' ? '' : this.#queue.write(block, `${block.deltaStart}${JSON.stringify(rest)}}}\n\n`);
    return last + this.#queue.end(block);
  }

  /** Ends text, or a thought that nobody proved; calls end when they are complete. */
  #endWords(): string {
    const block = this.#queue.last;
    if (block?.kind === 'text') return this.#queue.end(block);
    return block?.kind === 'thinking' ? this.#sign(block, UNSIGNED) + this.#queue.end(block) : '';
  }

  #endAll(): string {
    let frames = this.#endWords();
    for (const block of this.#queue.openBlocks()) frames += this.#endCall(block);
    return frames;
  }

  #endMessage(): string {
    this.#isOver = true;
    const reason = writeStopReason(this.#stop, this.#calls.size > 0, this.#isRefused);
    return (
      `${this.#endAll()}event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"${reason}",` +
      `"stop_sequence":${JSON.stringify(this.#stopSequence)},"stop_details":${writeStopDetails(reason)}},` +
      `"usage":${messageUsageJson(this.#usage)}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`
    );
  }

  #newBlock(kind: Block['kind'], isFreeText = false): Block {
    const index = this.#queue.nextIndex;
    const deltaStart = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":${DELTAS[kind]}`;
    return { kind, index, deltaStart, isFreeText, thought: '', hasInput: false, waiting: '', isEnded: false };
  }
}
