import type { BaseUrl, Target } from '../../config/snapshot.ts';
import type { AuthScheme } from '../../domain/preset.ts';
import { findMember, splice } from '../../lib/json-bytes.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { withoutParameter } from '../http/without-parameter.ts';
import { buildUpstreamHeaders } from '../http/upstream-headers.ts';
import type { Lease } from '../key-pool/lease.ts';
import type { BuiltRequest } from './built-request.ts';
import type { Exchange } from './exchange.ts';
import { finishRequest, type DraftedRequest, type Proof } from './finish-request.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { RequestFacts } from './request-facts.ts';
import { stripForeignState } from './strip-foreign-state.ts';
import { buildTranslatedRequest } from './translated/build-translated-request.ts';

const NO_HEADERS = {};
const NOTHING_DROPPED: readonly string[] = [];

/** Makes the upstream request of one attempt from the pristine client request. */
export function buildRequest(context: GatewayContext, exchange: Exchange, facts: RequestFacts, lease: Lease, proof: Proof): BuiltRequest {
  const { match, request } = exchange;
  const { target } = lease;
  if (target.via !== undefined && exchange.translation !== null) {
    return buildTranslatedRequest(context, exchange, lease, exchange.translation, target.via, proof);
  }
  exchange.dropped = NOTHING_DROPPED;
  const { provider } = target;
  const isProtocol = match.protocol !== 'pass-through' && match.protocol !== 'rest';
  const renamed = target.model !== null && facts.publicModel !== null && target.model.upstreamModel !== facts.publicModel;
  const asksUsage = match.protocol === 'openai-chat' && facts.stream && provider.streamUsage && !facts.asksUsage;
  const mustRead = facts.stream || renamed;
  const headers = buildUpstreamHeaders(request, {
    constant: provider.headers,
    required: match.base === null || !isProtocol ? NO_HEADERS : PROTOCOLS[match.base].requiredHeaders,
    forward: provider.forwardHeaders,
    auth: proof.auth,
    secret: lease.key.secret,
    passes: match.protocol === 'rest' ? 'everything' : 'protocol',
    acceptEncoding: mustRead ? 'identity' : (request.headers['accept-encoding'] ?? 'identity'),
  });
  const sent =
    isProtocol && match.base !== null
      ? stripForeignState(facts, PROTOCOLS[match.base], provider, (id) => context.items.find(exchange.caller?.id ?? null, id))
      : facts;
  const body = buildBody(sent, renamed ? (target.model?.upstreamModel ?? null) : null, asksUsage);
  const grown = (body?.length ?? 0) - (facts.bytes?.length ?? 0);
  if (facts.passingLength !== null) headers.push('content-length', String(facts.passingLength + grown));
  const draft: DraftedRequest = {
    protocol: match.protocol,
    base: match.base,
    address: addressOf(target, exchange),
    method: request.method ?? 'POST',
    path: pathOf(exchange, target),
    query: queryOf(exchange, proof.auth),
    headers,
    body,
    stream: facts.stream,
    passing: facts.passing,
  };
  const { upstream, sentSecret, isFramedByAws } = finishRequest(context, draft, lease, proof);
  return {
    upstream,
    treatment: { sentSecret, isFramedByAws, hideUsage: asksUsage, restoreModel: renamed ? facts.publicModel : null, translated: null },
  };
}

function addressOf(target: Target, exchange: Exchange): BaseUrl {
  const { provider } = target;
  const { match } = exchange;
  const base = match.base === null ? provider.rest?.target : provider.protocols.get(match.base);
  if (base === undefined) throw new Error(`provider ${provider.id} has no base URL for ${match.base ?? 'rest'}`);
  return base;
}

/** The client's own path behind the base URL, with the upstream's name of the model where the path holds it. */
function pathOf(exchange: Exchange, target: Target): string {
  const { suffix, pathModel } = exchange.match;
  if (pathModel === null || target.model === null || target.model.upstreamModel === pathModel) return suffix;
  // Gemini's model ids may hold slashes, which are part of the path there.
  const verb = suffix.slice(suffix.indexOf(':'));
  const name: string = target.model.upstreamModel;
  return `/${name.includes('/') ? '' : 'models/'}${name.split('/').map(encodeURIComponent).join('/')}${verb}`;
}

/** The client's own query. A parameter of the key's name would stand before ours: it could replace it, or be the client's own secret. */
function queryOf({ match }: Exchange, auth: AuthScheme): string {
  const keyName = auth.in === 'query' ? auth.name : match.base === 'gemini-generate' ? 'key' : null;
  return keyName === null ? match.query : withoutParameter(match.query, keyName);
}

function buildBody(facts: RequestFacts, upstreamModel: string | null, asksUsage: boolean): Buffer | null {
  let bytes = facts.bytes;
  if (bytes === null) return null;
  // From the back to the front, so that the earlier spans stay right.
  const edits: { start: number; end: number; text: string }[] = [];
  if (upstreamModel !== null && facts.modelSpan !== null) {
    edits.push({ ...facts.modelSpan, text: facts.modelForm === 'json' ? JSON.stringify(upstreamModel) : upstreamModel });
  }
  if (asksUsage) edits.push(usageEdit(facts, bytes));
  for (const { start, end, text } of edits.toSorted((a, b) => b.start - a.start)) bytes = splice(bytes, { start, end }, text);
  return bytes;
}

/** Sets `stream_options.include_usage`, which is how the figures of a stream come to be known. */
function usageEdit(facts: RequestFacts, bytes: Buffer): { start: number; end: number; text: string } {
  const span = facts.streamOptionsSpan;
  if (span === null)
    return { start: facts.insertAt, end: facts.insertAt, text: `"stream_options":{"include_usage":true}${facts.isEmptyObject ? '' : ','}` };
  const asked = findMember(bytes, span.start, span.end, 'include_usage');
  if (asked !== null) return { ...asked, text: 'true' };
  const isObject = bytes[span.start] === 0x7b;
  if (!isObject) return { ...span, text: '{"include_usage":true}' };
  return { start: span.start + 1, end: span.start + 1, text: `"include_usage":true${facts.hasEmptyStreamOptions ? '' : ','}` };
}
