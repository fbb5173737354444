import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { WireItemStatus } from './wire-types.ts';

/** Output items and their content as JSON text. They are written once and stand both in their last event and in the whole response. */

/** `content`: parts as JSON text. */
export function messageJson(id: string, status: WireItemStatus, content: readonly string[]): string {
  return `{"id":"${id}","type":"message","status":"${status}","role":"assistant","content":[${content.join(',')}]}`;
}

/** `annotations` and `logprobs`: their members as JSON text. */
export function outputTextJson(text: string, annotations: readonly string[], logprobs: readonly string[]): string {
  return `{"type":"output_text","text":${JSON.stringify(text)},"annotations":[${annotations.join(',')}],"logprobs":[${logprobs.join(',')}]}`;
}

export function refusalJson(text: string): string {
  return `{"type":"refusal","refusal":${JSON.stringify(text)}}`;
}

/** `length`: of the text, for citations that do not say where they belong. */
export function annotationJson({ url, title, start, end }: UrlCitation, length: number): string {
  return `{"type":"url_citation","start_index":${start ?? 0},"end_index":${end ?? length},"url":${JSON.stringify(url)},"title":${JSON.stringify(title ?? '')}}`;
}

export function summaryPartJson(text: string): string {
  return `{"type":"summary_text","text":${JSON.stringify(text)}}`;
}

export function reasoningJson(id: string, text: string, sealed: string): string {
  const summary = text === '' ? '' : summaryPartJson(text);
  return `{"id":${JSON.stringify(id)},"type":"reasoning","summary":[${summary}],"encrypted_content":${JSON.stringify(sealed)}}`;
}

export interface CallJson {
  /** Of the item. `callId` is the one that pairs it with its result. */
  readonly id: string;
  readonly callId: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
}

export function callJson({ id, callId, name, kind }: CallJson, status: WireItemStatus, input: string): string {
  const [type, member] = kind === 'custom' ? ['custom_tool_call', 'input'] : ['function_call', 'arguments'];
  const names = `"call_id":${JSON.stringify(callId)},"name":${JSON.stringify(name)}`;
  return `{"id":"${id}","type":"${type}","status":"${status}",${names},"${member}":${JSON.stringify(input)}}`;
}
