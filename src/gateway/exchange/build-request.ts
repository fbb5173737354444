import type { BaseUrl, Target } from '../../config/snapshot.ts';
import type { AuthScheme } from '../../domain/preset.ts';
import { findMember, splice } from '../../lib/json-bytes.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { withoutParameter } from '../http/without-parameter.ts';
import { buildUpstreamHeaders } from '../http/upstream-headers.ts';
import type { Lease } from '../key-pool/lease.ts';
import { LARGE_BODY_BYTES, OneShotBody } from '../upstream/one-shot-body.ts';
import type { UpstreamRequest } from '../upstream/upstream-call.ts';
import type { Exchange } from './exchange.ts';
import type { RequestFacts } from './request-facts.ts';

const NO_HEADERS = {};

/** An upstream request, and what was done to it that the answer must undo. */
export interface BuiltRequest {
  readonly upstream: UpstreamRequest;
  /** The usage chunk was asked for by us. */
  readonly hideUsage: boolean;
  /** The name to restore in the answer; null when it went out as it came. */
  readonly restoreModel: string | null;
}

/** Makes the upstream request of one attempt from the pristine client request. */
export function buildRequest(exchange: Exchange, facts: RequestFacts, lease: Lease): BuiltRequest {
  const { match, request } = exchange;
  const { target, key } = lease;
  const { provider } = target;
  const auth = (match.base === null ? undefined : provider.authByProtocol[match.base]) ?? provider.auth;
  const base = baseOf(target, exchange);
  const renamed = target.model !== null && facts.publicModel !== null && target.model.upstreamModel !== facts.publicModel;
  const asksUsage = match.protocol === 'openai-chat' && facts.stream && provider.streamUsage && !facts.asksUsage;
  const mustRead = facts.stream || renamed;
  const headers = buildUpstreamHeaders(request, {
    constant: provider.headers,
    required: match.base === null || match.protocol === 'pass-through' ? NO_HEADERS : PROTOCOLS[match.base].requiredHeaders,
    forward: provider.forwardHeaders,
    auth,
    secret: key.secret,
    permissive: match.protocol === 'rest',
    acceptEncoding: mustRead ? 'identity' : (request.headers['accept-encoding'] ?? 'identity'),
  });
  const body = buildBody(facts, renamed ? (target.model?.upstreamModel ?? null) : null, asksUsage);
  const grown = (body?.length ?? 0) - (facts.bytes?.length ?? 0);
  if (facts.passingLength !== null) headers.push('content-length', String(facts.passingLength + grown));
  const isLarge = facts.passing === null && body !== null && body.length >= LARGE_BODY_BYTES;
  if (isLarge) headers.push('content-length', String(body.length));
  return {
    upstream: {
      origin: base.origin,
      path: buildPath(exchange, base, target, auth, key.secret),
      method: request.method ?? 'POST',
      headers,
      body: body === null ? null : facts.passing !== null ? facts.passing(body) : isLarge ? new OneShotBody(body) : body,
    },
    hideUsage: asksUsage,
    restoreModel: renamed ? facts.publicModel : null,
  };
}

function baseOf(target: Target, exchange: Exchange): BaseUrl {
  const { provider } = target;
  const { match } = exchange;
  const base = match.base === null ? provider.rest?.target : provider.protocols.get(match.base);
  if (base === undefined) throw new Error(`provider ${provider.id} has no base URL for ${match.base ?? 'rest'}`);
  return base;
}

/** The base path, the client's own path behind it, the client's own query without its key, and our key where the provider wants it there. */
function buildPath(exchange: Exchange, base: BaseUrl, target: Target, auth: AuthScheme, secret: string): string {
  const { match } = exchange;
  let suffix = match.suffix;
  if (match.pathModel !== null && target.model !== null && target.model.upstreamModel !== match.pathModel) {
    // Gemini's model ids may hold slashes, which are part of the path there.
    const verb = suffix.slice(suffix.indexOf(':'));
    const name: string = target.model.upstreamModel;
    suffix = `/${name.includes('/') ? '' : 'models/'}${name.split('/').map(encodeURIComponent).join('/')}${verb}`;
  }
  // A client's parameter of the key's name would stand before ours: it could replace it, or be the client's own secret.
  const keyName = auth.in === 'query' ? auth.name : match.base === 'gemini-generate' ? 'key' : null;
  const query = keyName === null ? match.query : withoutParameter(match.query, keyName);
  const path = `${base.path}${suffix}${query}`;
  const whole = path.startsWith('/') ? path : `/${path}`;
  if (auth.in !== 'query') return whole;
  return `${whole}${query === '' ? '?' : '&'}${encodeURIComponent(auth.name)}=${encodeURIComponent(secret)}`;
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
