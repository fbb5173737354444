import type { CanonicalPart, TextPart, ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { ClientToolNames } from '../../domain/canonical/tool-name.ts';
import { isObject } from '../../lib/json-reading.ts';
import type { AnswerContext } from '../translation.ts';
import { AnswerIds } from './answer-ids.ts';
import { freeText, customToolsOf } from './client-call.ts';
import { annotationJson, callJson, messageJson, outputTextJson, reasoningJson, refusalJson } from './output-json.ts';
import { sealState } from './reasoning-item.ts';
import { endOfStop, ResponseJson } from './response-json.ts';
import { responseUsageJson } from './usage.ts';

/** A whole answer as the body of a response. The API gives one answer, so the first choice is it. */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): string {
  const ids = new AnswerIds(context.requestId);
  const [choice] = new ClientToolNames(context.request).inResponse(response).choices;
  const parts = choice?.parts ?? [];
  const end = endOfStop(
    choice?.stop ?? 'end',
    parts.some((part) => part.type === 'refusal'),
  );
  const writer = new OutputWriter(ids, context, choice, end.status === 'incomplete' ? 'incomplete' : 'completed');
  const json = new ResponseJson(ids.response, context);
  json.setCreatedAt(response.createdAt);
  return json.write(end, writer.write(parts), responseUsageJson(response.usage));
}

class OutputWriter {
  readonly #ids: AnswerIds;
  readonly #customTools: ReadonlySet<string>;
  readonly #items: string[] = [];
  /** How the last item ended; all before it are complete. */
  readonly #lastStatus: 'completed' | 'incomplete';
  #content: string[] = [];
  #logprobs: readonly string[];

  constructor(ids: AnswerIds, context: AnswerContext, choice: CanonicalChoice | undefined, lastStatus: 'completed' | 'incomplete') {
    this.#ids = ids;
    this.#customTools = customToolsOf(context.request);
    this.#lastStatus = lastStatus;
    this.#logprobs = logprobItems(choice?.logprobs);
  }

  write(parts: readonly CanonicalPart[]): readonly string[] {
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1;
      if (part.type === 'text') this.#addText(part);
      else if (part.type === 'refusal') this.#content.push(refusalJson(part.text));
      else if (part.type === 'thinking') this.#addThought(part.text, part.state);
      else if (part.type === 'tool-call') this.#addCall(part, isLast ? this.#lastStatus : 'completed');
    }
    this.#closeMessage(this.#lastStatus);
    return this.#items;
  }

  #addText(part: TextPart): void {
    if (part.state !== undefined) this.#addThought('', part.state);
    const annotations = (part.citations ?? []).map((citation) => annotationJson(citation, part.text.length));
    this.#content.push(outputTextJson(part.text, annotations, this.#logprobs));
    // They are told for the whole answer, and the API has them by part.
    this.#logprobs = [];
  }

  #addThought(text: string, state: OpaqueState | null): void {
    this.#closeMessage('completed');
    const id = state?.family === 'openai' && state.itemId !== undefined ? state.itemId : this.#ids.item('rs', this.#items.length);
    this.#items.push(reasoningJson(id, text, sealState(state, text)));
  }

  #addCall(part: ToolCallPart, status: 'completed' | 'incomplete'): void {
    if (part.state === undefined) this.#closeMessage('completed');
    else this.#addThought('', part.state);
    const isUnwrapped = part.kind === 'function' && this.#customTools.has(part.name);
    const kind = isUnwrapped ? 'custom' : part.kind;
    const id = this.#ids.item(kind === 'custom' ? 'ctc' : 'fc', this.#items.length);
    this.#items.push(callJson({ id, callId: part.id, name: part.name, kind }, status, isUnwrapped ? freeText(part.input) : part.input));
  }

  #closeMessage(status: 'completed' | 'incomplete'): void {
    if (this.#content.length === 0) return;
    this.#items.push(messageJson(this.#ids.item('msg', this.#items.length), status, this.#content));
    this.#content = [];
  }
}

/** The entries of openai-chat's `{content:[…]}`, which are the API's own, as JSON text. */
export function logprobItems(logprobs: unknown): readonly string[] {
  const content = isObject(logprobs) ? logprobs['content'] : null;
  return Array.isArray(content) ? content.map((entry) => JSON.stringify(entry)) : [];
}
