import type { IncomingMessage } from 'node:http';
import type { AuthScheme } from '../../domain/preset.ts';
import { nominatedHeaders } from './nominated-headers.ts';

/** What every protocol forwards; the vendor's own names are data of its preset. Nothing else of the client reaches a model provider. */
const FORWARDED = new Set([
  'content-type',
  'content-encoding',
  'accept',
  'user-agent',
  'idempotency-key',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
  'x-goog-api-client',
  'x-session-id',
  'session_id',
]);

/** Of these a server of another protocol can make something. */
const FORWARDED_ACROSS = new Set(['user-agent', 'idempotency-key', 'x-session-id', 'session_id']);

/** Never sent on under /proxy, where everything else goes through: connection matters, credentials, cookies, our own headers, the client's whereabouts. */
const WITHHELD = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'x-proxy-key',
  'x-admin-token',
  'x-llm-provider',
  'cookie',
  'accept-encoding',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'forwarded',
  'via',
  'x-request-id',
  'x-original-url',
  'x-rewrite-url',
]);

export interface HeaderPlan {
  /** Constant headers of the provider. */
  readonly constant: Readonly<Record<string, string>>;
  /** Headers that the protocol asks for, where neither client nor provider gives them. */
  readonly required: Readonly<Record<string, string>>;
  readonly forward: ReadonlySet<string>;
  readonly auth: AuthScheme;
  readonly secret: string;
  /** Which of the client's headers go on: those of its protocol, everything but what is withheld (REST APIs need headers of their own), or none that speaks of a protocol. */
  readonly passes: 'protocol' | 'everything' | 'nothing-of-the-protocol';
  readonly acceptEncoding: string;
}

function isWithheld(name: string): boolean {
  return WITHHELD.has(name) || name.startsWith('x-headgate-') || name.startsWith('x-forwarded-');
}

function isWanted(name: string, plan: HeaderPlan): boolean {
  switch (plan.passes) {
    case 'protocol':
      return FORWARDED.has(name) || plan.forward.has(name);
    case 'everything':
      return !isWithheld(name);
    case 'nothing-of-the-protocol':
      return FORWARDED_ACROSS.has(name);
  }
}

/** The headers of an upstream request as a flat list, built anew: what the client may add, then the provider's, then the credential. */
export function buildUpstreamHeaders(request: IncomingMessage, plan: HeaderPlan): string[] {
  const out: string[] = [];
  const raw = request.rawHeaders;
  const nominated = nominatedHeaders(request.headers.connection);
  const authHeader = plan.auth.in === 'header' ? plan.auth.name : '';
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (!isWanted(name, plan) || name === authHeader || nominated.has(name)) continue;
    out.push(name, raw[i + 1] ?? '');
  }
  for (const name in plan.constant) {
    if (!hasName(out, name)) out.push(name, plan.constant[name] ?? '');
  }
  for (const name in plan.required) {
    if (!hasName(out, name)) out.push(name, plan.required[name] ?? '');
  }
  out.push('accept-encoding', plan.acceptEncoding);
  if (plan.auth.in === 'header' && plan.secret !== '') {
    out.push(authHeader, plan.auth.scheme === undefined ? plan.secret : `${plan.auth.scheme} ${plan.secret}`);
  }
  return out;
}

function hasName(headers: readonly string[], name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return true;
  return false;
}
