import type { CanonicalPart, MediaSource, ToolCallPart, ToolResultPart } from '../../domain/canonical/canonical-part.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { legalToolName, TOOL_NAMES } from '../../domain/canonical/tool-name.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { isYouTube, mediaTypeOfUrl } from './media-part.ts';
import type { WirePart } from './wire-types.ts';

/** Bytes or an address as a part; null for what this target cannot be given. */
function encodeSource(source: MediaSource, fallbackType: string, traits: ModelTraits): WirePart | null {
  switch (source.type) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data } };
    case 'url': {
      // The API fetches public addresses itself; whether this upstream does is the operator's word.
      if (!traits.imageUrls) return null;
      const mimeType = source.mediaType ?? mediaTypeOfUrl(source.url) ?? (isYouTube(source.url) ? null : fallbackType);
      return { fileData: { fileUri: source.url, ...(mimeType === null ? {} : { mimeType }) } };
    }
    case 'file-id':
      return null;
    default:
      return unreachable(source);
  }
}

/** The signature that goes upstream: this family's own. Others are told as dropped. */
function ownSignature(state: OpaqueState | null | undefined, drops: Drops): { readonly thoughtSignature?: string } {
  if (state === null || state === undefined) return {};
  if (state.family === 'gemini') return { thoughtSignature: state.data };
  drops.add('thinking-history');
  return {};
}

/** A call's arguments as an object. What is none is wrapped, so that nothing of it is lost. */
export function argsOf(call: Pick<ToolCallPart, 'kind' | 'input'>): JsonObject {
  if (call.kind === 'custom') return { input: call.input };
  if (call.input.trim() === '') return {};
  const args = parseJson(call.input);
  if (isObject(args)) return args;
  return args === null ? {} : { input: call.input };
}

/** One part of a turn that is no tool result; null for what cannot be sent. */
export function encodePart(part: Exclude<CanonicalPart, ToolResultPart>, traits: ModelTraits, drops: Drops): WirePart | null {
  switch (part.type) {
    case 'text':
      return { text: part.text, ...ownSignature(part.state, drops) };
    case 'refusal':
      return { text: part.text };
    case 'image':
      return traits.lacks.has('images') ? null : encodeSource(part.source, 'image/jpeg', traits);
    case 'document':
      if (part.source.type === 'text') return { inlineData: { mimeType: 'text/plain', data: Buffer.from(part.source.text).toString('base64') } };
      return encodeSource(part.source, 'application/pdf', traits);
    case 'audio':
      return encodeSource(part.source, 'audio/mp3', { ...traits, imageUrls: true });
    case 'thinking': {
      if (part.state?.family !== 'gemini') {
        drops.add('thinking-history');
        return null;
      }
      // A signature without a thought came on an empty text, and goes back as it came.
      if (part.text === '') return { text: '', thoughtSignature: part.state.data };
      return { text: part.text, thought: true, thoughtSignature: part.state.data };
    }
    case 'tool-call':
      // No id: Vertex refuses it, and order and name pair calls with their answers.
      return traits.lacks.has('tools')
        ? null
        : { functionCall: { name: legalToolName(part.name, TOOL_NAMES.gemini), args: argsOf(part) }, ...ownSignature(part.state, drops) };
    default:
      return unreachable(part);
  }
}

/** Gemini 3 and later, told by their levels, read media inside of a function's response. */
export function isLevelModel({ thinking }: ModelTraits): boolean {
  return thinking !== null && !thinking.takesBudget && thinking.efforts.length > 0;
}

/**
 * A tool's answer: its part, and what has to stand behind all answers. The text goes as it is under `output`, even where it is JSON: parsing it
 * would lose long numbers and repeated names, and a list or a bare value would need the wrap anyway.
 */
export function encodeResult(
  result: ToolResultPart,
  traits: ModelTraits,
  drops: Drops,
): { readonly part: WirePart; readonly behind: readonly WirePart[] } {
  const texts: string[] = [];
  const inside: NonNullable<NonNullable<WirePart['functionResponse']>['parts']>[number][] = [];
  const behind: WirePart[] = [];
  for (const each of result.content) {
    if (each.type === 'text') texts.push(each.text);
    else if (each.type === 'document' && each.source.type === 'text') texts.push(each.source.text);
    else {
      const part = encodePart(each, traits, drops);
      if (part?.inlineData !== undefined && isLevelModel(traits)) inside.push({ inlineData: part.inlineData });
      else if (part !== null) behind.push(part);
    }
  }
  const text = texts.join('\n');
  const functionResponse = {
    name: legalToolName(result.name, TOOL_NAMES.gemini),
    response: result.isError ? { error: text } : { output: text },
    ...(inside.length > 0 ? { parts: inside } : {}),
  };
  return { part: { functionResponse }, behind };
}
