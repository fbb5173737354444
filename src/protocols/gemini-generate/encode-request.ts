import type { CanonicalRequest, ServiceTier } from '../../domain/canonical/canonical-request.ts';
import { Drops } from '../../domain/canonical/drops.ts';
import type { Feature } from '../../domain/canonical/feature.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import type { EncodedRequest, EncodeTarget } from '../translation.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { generateCarries } from './carries.ts';
import { encodeContents } from './encode-contents.ts';
import { encodeGenerationConfig } from './encode-generation-config.ts';
import { jsonInstruction } from './json-instruction.ts';
import { encodeTools } from './encode-tools.ts';
import { callPath, resourceName } from './model-path.ts';

/** Absence is the account's own tier. */
const TIERS: Readonly<Record<ServiceTier, 'standard' | 'flex' | 'priority' | null>> = {
  auto: null,
  default: 'standard',
  flex: 'flex',
  priority: 'priority',
};

/** Features of which some requests keep what others lose; the writers tell when they are lost. */
const CONDITIONAL: ReadonlySet<Feature> = new Set([
  'thinking-history',
  'forced-tool',
  'temperature',
  'top-p',
  'top-k',
  'thinking-level',
  'stop',
  'many-stops',
  'blank-stops',
  'json-with-tools',
]);

export function encodeGenerateRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
  const drops = new Drops();
  const { traits } = target;
  const generationConfig = encodeGenerationConfig(request, traits, drops);
  const serviceTier = request.serviceTier === null ? null : TIERS[request.serviceTier];
  const body: JsonObject = {
    ...encodePrompt(request, target, drops),
    ...(generationConfig === null ? {} : { generationConfig }),
    ...(serviceTier === null ? {} : { serviceTier }),
  };
  return {
    path: callPath(target.model, request.stream ? 'streamGenerateContent' : 'generateContent'),
    query: request.stream ? '?alt=sse' : '',
    body,
    headers: {},
    dropped: droppedFeatures(request, target, drops),
  };
}

/** A request for the number of its tokens. */
export function encodeCountRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
  const drops = new Drops();
  const prompt = encodePrompt(request, target, drops);
  // Instructions and tools are counted inside of a whole request only; bare contents are understood by Vertex as well.
  const isBare = Object.keys(prompt).length === 1;
  return {
    path: callPath(target.model, 'countTokens'),
    query: '',
    body: isBare ? prompt : { generateContentRequest: { model: resourceName(target.model), ...prompt } },
    headers: {},
    dropped: droppedFeatures(request, target, drops),
  };
}

/** What the model reads. */
function encodePrompt(request: CanonicalRequest, target: EncodeTarget, drops: Drops): JsonObject {
  const { systemInstruction, contents } = encodeContents(request.turns, jsonInstruction(request, target.traits, drops), target.traits, drops);
  const functions = encodeTools(request, target.traits, drops);
  return {
    ...(systemInstruction === null ? {} : { systemInstruction }),
    contents,
    ...(functions === null ? {} : { tools: functions.tools }),
    ...(functions?.toolConfig === null || functions === null ? {} : { toolConfig: functions.toolConfig }),
  };
}

function droppedFeatures(request: CanonicalRequest, target: EncodeTarget, drops: Drops): ReadonlySet<Feature> {
  const carried = generateCarries(target);
  const dropped = new Set(drops.features);
  // Without tools or thinking at all, the writers do not come to what depends on them.
  const isLost = (feature: Feature): boolean =>
    !CONDITIONAL.has(feature) || (feature === 'thinking-level' && !carried.has('thinking')) || (feature === 'forced-tool' && !carried.has('tools'));
  for (const feature of fingerprint(request)) if (!carried.has(feature) && isLost(feature)) dropped.add(feature);
  return dropped;
}
