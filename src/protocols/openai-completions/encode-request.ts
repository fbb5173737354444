import type { CanonicalRequest, CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import type { Feature } from '../../domain/canonical/feature.ts';
import { Drops } from '../../domain/canonical/drops.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { splitLeadingSystem } from '../../domain/canonical/leading-system.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { openaiShortId } from '../openai-short-id.ts';
import { carriedSampling, writeSampling } from '../openai-sampling.ts';
import type { EncodedRequest, EncodeTarget } from '../translation.ts';
import type { CompletionRequest } from './wire-types.ts';

const PARAGRAPH = '\n\n';

/** A legacy prompt carries text and how to sample, and nothing else. */
export function carries({ traits }: EncodeTarget): ReadonlySet<Feature> {
  return new Set<Feature>([...carriedSampling(traits), 'user-id']);
}

/** A request for a legacy completions upstream. Throws `cannot_translate` for a conversation, which is no prompt. */
export function encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedRequest {
  const drops = new Drops();
  const carried = carries(target);
  const sampling = writeSampling(request, target.traits, drops);
  for (const feature of fingerprint(request)) if (!carried.has(feature) && !isSampling(feature)) drops.add(feature);
  const body: CompletionRequest = {
    model: target.model,
    prompt: promptOf(request.turns),
    ...(request.maxOutputTokens === null ? {} : { max_tokens: request.maxOutputTokens }),
    ...sampling,
    ...(request.userId === null ? {} : { user: openaiShortId(request.userId) }),
    ...(request.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  return { path: '/completions', query: '', body: { ...body }, headers: {}, dropped: drops.features };
}

/** What `writeSampling` has judged, with the request before its eyes. */
function isSampling(feature: Feature): boolean {
  return ['temperature', 'top-p', 'top-k', 'frequency-penalty', 'presence-penalty', 'logit-bias', 'stop', 'many-stops', 'blank-stops'].includes(
    feature,
  );
}

/** The instructions and the one message that follows them. */
function promptOf(turns: readonly CanonicalTurn[]): string {
  const { system, rest } = splitLeadingSystem(turns);
  const [asked, ...more] = rest;
  if (more.length > 0 || (asked !== undefined && asked.role !== 'user')) {
    throw new GatewayError('cannot_translate', 'this model takes one prompt and no conversation', { param: 'messages' });
  }
  const parts = [...system, ...(asked === undefined ? [] : [asked])].flatMap((turn) => turn.parts);
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(PARAGRAPH);
}
