import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import type { CanonicalPart, ToolCallPart, UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import type { AnswerContext } from '../translation.ts';
import { groundingMetadataOf } from './grounding.ts';
import { HiddenStates, isThoughtShown, withThought } from './hidden-thoughts.ts';
import { logprobsResultOf } from './logprobs.ts';
import { FINISH_REASONS } from './stop-reasons.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import { usageMetadataOf } from './usage.ts';
import { writeCall, writeText, writeThought } from './write-part.ts';

export function encodeGenerateResponse(response: CanonicalResponse, context: AnswerContext): string {
  const isShown = isThoughtShown(context.request);
  const { choices } = new ClientToolNames(context.request).inResponse(response);
  const candidates = choices.map((choice) => writeCandidate(choice, isShown)).join(',');
  // Programs read the figures without asking whether they are there.
  const usage = JSON.stringify(usageMetadataOf(response.usage ?? NO_USAGE));
  return `{"candidates":[${candidates}],"usageMetadata":${usage}${writeIdentity(response.id, response.model, context)}}`;
}

/** Who answered: `modelVersion` is the upstream's own name, as Google has it. With its leading comma. */
export function writeIdentity(id: string, model: string, context: AnswerContext): string {
  const modelVersion = JSON.stringify(model === '' ? context.publicModel : model);
  return `,"modelVersion":${modelVersion},"responseId":${JSON.stringify(id === '' ? context.requestId : id)}`;
}

function writeCandidate(choice: CanonicalChoice, isShown: boolean): string {
  const parts = new PartsWriter(isShown);
  for (const part of choice.parts) parts.add(part);
  const grounding = groundingMetadataOf(parts.citations, parts.text);
  const logprobs = logprobsResultOf([choice.logprobs]);
  return (
    `{"content":{"parts":[${parts.end()}],"role":"model"},"finishReason":"${FINISH_REASONS[choice.stop]}","index":${choice.index}` +
    (grounding === null ? '' : `,"groundingMetadata":${JSON.stringify(grounding)}`) +
    (logprobs === null ? '' : `,"logprobsResult":${JSON.stringify(logprobs)}`) +
    '}'
  );
}

class PartsWriter {
  readonly #isShown: boolean;
  readonly #hidden = new HiddenStates();
  readonly #parts: string[] = [];
  #hasCall = false;
  /** Their places count in `text`. */
  readonly citations: UrlCitation[] = [];
  text = '';

  constructor(isShown: boolean) {
    this.#isShown = isShown;
  }

  add(part: CanonicalPart): void {
    switch (part.type) {
      case 'text':
        this.#cite(part.citations ?? []);
        this.text += part.text;
        return this.#addVisible(part.state ?? null, (state) => writeText(part.text, state));
      case 'refusal':
        this.text += part.text;
        return this.#addVisible(null, (state) => writeText(part.text, state));
      case 'tool-call':
        return this.#addCall(part);
      case 'thinking': {
        const state = part.state === null ? null : withThought(part.state, part.text);
        if (!this.#isShown) return state === null ? undefined : this.#push(this.#hidden.add(state));
        return this.#push(writeThought(part.text, state));
      }
      // Answers hold none of these.
      case 'image':
      case 'document':
      case 'audio':
      case 'tool-result':
        return;
    }
  }

  /** Never without a part: an empty text is what Google sends for nothing. */
  end(): string {
    this.#push(this.#hidden.end());
    return this.#parts.length === 0 ? writeText('', null) : this.#parts.join(',');
  }

  #addCall(call: ToolCallPart): void {
    const isFirst = !this.#hasCall;
    this.#hasCall = true;
    this.#addVisible(call.state ?? null, (state) => writeCall(call, state, isFirst));
  }

  #addVisible(own: OpaqueState | null, write: (state: OpaqueState | null) => string): void {
    const { state, before } = this.#hidden.take(own);
    this.#push(before);
    this.#push(write(state));
  }

  #push(part: string): void {
    if (part !== '') this.#parts.push(part);
  }

  #cite(citations: readonly UrlCitation[]): void {
    const offset = this.text.length;
    for (const each of citations)
      this.citations.push({ ...each, start: each.start === null ? null : each.start + offset, end: each.end === null ? null : each.end + offset });
  }
}
