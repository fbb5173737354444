import type { CanonicalPart, DocumentPart, ImagePart, TextPart, ToolResultPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalRequest, CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { legalToolCallId } from '../../domain/canonical/tool-call-id.ts';
import { fileKind } from '../../domain/canonical/media-kind.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import type { WireInputItem, WireInputPart, WireOutputPart } from './wire-types.ts';

/** The conversation as instructions and items. */
export interface WrittenInput {
  readonly instructions: string | null;
  readonly input: readonly WireInputItem[];
}

/** The first system turn becomes `instructions` when it is one plain text and something follows it; later ones keep their place as items. */
export function writeInput(request: CanonicalRequest, traits: ModelTraits, drops: Drops): WrittenInput {
  const writer = new InputWriter(traits, drops);
  const [first, ...rest] = request.turns;
  const instructions = first?.role === 'system' && rest.length > 0 ? onlyText(first) : null;
  for (const turn of instructions === null ? request.turns : rest) writer.addTurn(turn);
  if (request.turns.at(-1)?.role === 'assistant') drops.add('prefill');
  return { instructions, input: writer.items };
}

function onlyText(turn: CanonicalTurn): string | null {
  const [part, ...more] = turn.parts;
  return part?.type === 'text' && part.cacheMark !== true && more.length === 0 ? part.text : null;
}

class InputWriter {
  readonly #traits: ModelTraits;
  readonly #drops: Drops;
  readonly items: WireInputItem[] = [];
  /** Content of the assistant's message that is open. */
  #said: WireOutputPart[] = [];

  constructor(traits: ModelTraits, drops: Drops) {
    this.#traits = traits;
    this.#drops = drops;
  }

  addTurn(turn: CanonicalTurn): void {
    if (turn.role === 'assistant') for (const part of turn.parts) this.#addSaid(part);
    else if (turn.role === 'tool') for (const part of turn.parts) this.#addResult(part);
    else {
      const content = turn.parts.flatMap((part) => this.#writePart(part) ?? []);
      if (content.length > 0) this.items.push({ role: turn.role === 'system' ? this.#traits.systemRole : 'user', content });
    }
    this.#closeMessage();
  }

  #addSaid(part: CanonicalPart): void {
    if ('cacheMark' in part && part.cacheMark === true) this.#drops.add('cache-marks');
    if (part.type === 'text') {
      if (part.state !== undefined) this.#drops.add('thinking-history');
      this.#said.push({ type: 'output_text', text: part.text });
    } else if (part.type === 'refusal') {
      this.#said.push({ type: 'refusal', refusal: part.text });
    } else if (part.type === 'thinking') {
      this.#closeMessage();
      // Only OpenAI's own state proves a thought here, to a model that thinks; a thought without it would be taken for a reference.
      if (part.state?.family !== 'openai' || !mayThink(this.#traits)) this.#drops.add('thinking-history');
      else {
        const { itemId, data } = part.state;
        const summary = part.text === '' ? [] : [{ type: 'summary_text' as const, text: part.text }];
        this.items.push({ type: 'reasoning', ...(itemId === undefined ? {} : { id: itemId }), summary, encrypted_content: data });
      }
    } else if (part.type === 'tool-call') {
      this.#closeMessage();
      if (part.state !== undefined) this.#drops.add('thinking-history');
      if (this.#hasNoTools()) return;
      const call = { call_id: legalToolCallId(part.id), name: legalToolName(part.name, TOOL_NAMES.openai) };
      // Without an item id: one that does not begin with `fc` is refused, and the call is found by its call_id.
      if (part.kind === 'custom') this.items.push({ type: 'custom_tool_call', ...call, input: part.input });
      else this.items.push({ type: 'function_call', ...call, arguments: part.input });
    }
  }

  #addResult(part: CanonicalPart): void {
    if (part.type !== 'tool-result' || this.#hasNoTools()) return;
    if (part.cacheMark === true) this.#drops.add('cache-marks');
    this.items.push({
      type: part.kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output',
      call_id: legalToolCallId(part.callId),
      output: this.#writeOutput(part),
    });
  }

  /** A string where that says it all; images, files and marks need the list. An error has no field of its own. */
  #writeOutput({ content, isError }: ToolResultPart): string | readonly WireInputPart[] {
    const parts = content.flatMap((part) => this.#writePart(part) ?? []);
    const [first, ...more] = parts;
    if (first === undefined) return isError ? 'Error' : '';
    if (more.length === 0 && first.type === 'input_text' && first.prompt_cache_breakpoint === undefined) {
      return isError ? `Error: ${first.text}` : first.text;
    }
    return isError ? [{ type: 'input_text', text: 'Error:' }, ...parts] : parts;
  }

  #writePart(part: CanonicalPart): WireInputPart | null {
    switch (part.type) {
      case 'text':
        return { type: 'input_text', text: part.text, ...mark(part) };
      case 'image':
        return this.#writeImage(part);
      case 'document':
        return this.#writeDocument(part);
      case 'audio':
        this.#drops.add('audio');
        return null;
      case 'refusal':
      case 'thinking':
      case 'tool-call':
      case 'tool-result':
        return null;
    }
  }

  #writeImage(part: ImagePart): WireInputPart | null {
    if (this.#traits.lacks.has('images')) this.#drops.add('images');
    else if (part.source.type === 'file-id') this.#drops.add('file-ids');
    else {
      const address = part.source.type === 'url' ? part.source.url : `data:${part.source.mediaType};base64,${part.source.data}`;
      return { type: 'input_image', image_url: address, detail: part.detail ?? 'auto', ...mark(part) };
    }
    return null;
  }

  #writeDocument(part: DocumentPart): WireInputPart | null {
    const { source, name } = part;
    switch (source.type) {
      case 'text':
        // Files of plain text are not taken everywhere; the text itself is.
        return { type: 'input_text', text: name === null ? source.text : `${name}\n\n${source.text}`, ...mark(part) };
      case 'url':
        if (this.#losesVideo(source.mediaType)) return null;
        return { type: 'input_file', file_url: source.url, ...mark(part) };
      case 'base64': {
        if (this.#losesVideo(source.mediaType)) return null;
        const filename = name ?? (source.mediaType === 'application/pdf' ? 'document.pdf' : 'document');
        return { type: 'input_file', filename, file_data: `data:${source.mediaType};base64,${source.data}`, ...mark(part) };
      }
      case 'file-id':
        this.#drops.add('file-ids');
        return null;
    }
  }

  #losesVideo(mediaType: string | null): boolean {
    const isVideo = mediaType !== null && fileKind(mediaType) === 'video';
    if (isVideo) this.#drops.add('videos');
    return isVideo;
  }

  #hasNoTools(): boolean {
    if (!this.#traits.lacks.has('tools')) return false;
    this.#drops.add('tools');
    return true;
  }

  #closeMessage(): void {
    if (this.#said.length === 0) return;
    this.items.push({ role: 'assistant', content: this.#said });
    this.#said = [];
  }
}

/** True for a model that thinks, as far as anybody knows. */
export function mayThink({ thinking, lacks }: ModelTraits): boolean {
  return thinking !== null && !lacks.has('thinking');
}

function mark(part: TextPart | ImagePart | DocumentPart): { readonly prompt_cache_breakpoint?: { readonly mode: 'explicit' } } {
  return part.cacheMark === true ? { prompt_cache_breakpoint: { mode: 'explicit' } } : {};
}
