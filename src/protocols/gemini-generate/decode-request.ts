import type { CanonicalRequest, ServiceTier } from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { RequestCall } from '../translation.ts';
import { camelCaseNames } from './camel-case-names.ts';
import { isSaid, readObject, readString, refuseField } from './client-fields.ts';
import { ContentsReader } from './decode-contents.ts';
import { decodeGenerationConfig } from './decode-generation-config.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { GENERATE_FEATURE_NAMES } from './feature-names.ts';
import { UnmappedMembers } from './unmapped-members.ts';

const KNOWN = new Set([
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
  'cachedContent',
  'continuationToken',
  // The path names the model.
  'model',
  // Whether Google may keep the exchange for its own logs.
  'store',
]);
const TIERS: ReadonlyMap<string, ServiceTier | null> = new Map([
  ['unspecified', null],
  ['standard', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
]);

/** Reads the body of `:generateContent` and `:streamGenerateContent`. */
export function decodeGenerateRequest(body: JsonObject, call: RequestCall): CanonicalRequest {
  return decodeNormalRequest(camelCaseNames(body), call, { prefix: '', isPartial: false });
}

/** Reads the body of `:countTokens`: a whole request in `generateContentRequest`, or its members themselves. */
export function decodeCountRequest(body: JsonObject, call: RequestCall): CanonicalRequest {
  const normal = camelCaseNames(body);
  const inner = readObject(normal, 'generateContentRequest', 'generateContentRequest');
  if (inner === null) return decodeNormalRequest(normal, call, { prefix: '', isPartial: true });
  if (isSaid(normal['contents'])) throw refuseField('contents', 'and "generateContentRequest" exclude each other');
  return decodeNormalRequest(inner, call, { prefix: 'generateContentRequest.', isPartial: true });
}

function decodeNormalRequest(
  body: JsonObject,
  call: RequestCall,
  reading: { readonly prefix: string; readonly isPartial: boolean },
): CanonicalRequest {
  const { prefix } = reading;
  const unmapped = new UnmappedMembers();
  for (const field of ['cachedContent', 'continuationToken']) if (isSaid(body[field])) unmapped.add(`${prefix}${field}`, 'state');
  // `safetySettings` and `labels` among them: an empty list says nothing.
  unmapped.addUnknown(body, KNOWN, prefix.slice(0, -1));
  const turns = new ContentsReader(unmapped, reading).read(body);
  const tools = decodeTools(body, prefix, unmapped);
  const toolChoice = decodeToolChoice(body, prefix, tools, unmapped);
  const settings = decodeGenerationConfig(body, prefix, unmapped);
  return {
    source: 'gemini-generate',
    featureNames: GENERATE_FEATURE_NAMES,
    turns,
    tools,
    toolChoice,
    parallelToolCalls: null,
    ...settings,
    logitBias: null,
    verbosity: null,
    userId: null,
    serviceTier: decodeServiceTier(body, `${prefix}serviceTier`),
    cacheKey: null,
    metadata: null,
    stream: call.stream,
    // Every answer of this protocol carries its usage.
    asksUsage: true,
    unmapped: unmapped.list(),
  };
}

function decodeServiceTier(body: JsonObject, path: string): ServiceTier | null {
  const word = readString(body, 'serviceTier', path);
  if (word === null || word === '') return null;
  const tier = TIERS.get(word.toLowerCase());
  if (tier === undefined) throw refuseField(path, 'must be flex, standard or priority');
  return tier;
}
