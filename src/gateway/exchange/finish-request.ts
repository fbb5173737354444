import type { BaseUrl } from '../../config/snapshot.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { AuthScheme } from '../../domain/preset.ts';
import type { ExchangeProtocol, ProtocolName } from '../../domain/protocol.ts';
import type { Lease } from '../key-pool/lease.ts';
import { LARGE_BODY_BYTES, OneShotBody } from '../upstream/one-shot-body.ts';
import { callKindOf } from '../upstream/sign/call-kind.ts';
import { speakDialect } from '../upstream/sign/speak-dialect.ts';
import type { UpstreamRequest } from '../upstream/upstream-call.ts';
import type { AnswerTreatment } from './built-request.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { RequestFacts } from './request-facts.ts';

/** A request in its protocol's own form, before the host's manners and the key's proof. */
export interface DraftedRequest {
  readonly protocol: ExchangeProtocol;
  /** Whose base URL it goes behind; null under /proxy. */
  readonly base: ProtocolName | null;
  readonly address: BaseUrl;
  readonly method: string;
  /** Behind the base URL, with its leading slash. */
  readonly path: string;
  /** With its question mark, or the empty string. */
  readonly query: string;
  readonly headers: string[];
  readonly body: Buffer | null;
  readonly stream: boolean;
  /** What the client still sends, joined behind `body`; null: `body` is all. */
  readonly passing: RequestFacts['passing'];
}

/** What stands behind the name of a key: the secret itself, or what was got for it. */
export interface Proof {
  readonly auth: AuthScheme;
  readonly text: string;
}

export interface FinishedRequest {
  readonly upstream: UpstreamRequest;
  readonly sentSecret: AnswerTreatment['sentSecret'];
  readonly isFramedByAws: AnswerTreatment['isFramedByAws'];
}

/** A request as it goes out: in the host's dialect where it has one, with the key's proof. Throws for what cannot be told to such a host. */
export function finishRequest(context: GatewayContext, draft: DraftedRequest, lease: Lease, proof: Proof): FinishedRequest {
  const { provider, model } = lease.target;
  const { auth } = proof;
  const dialect = draft.base === null ? undefined : provider.dialects.get(draft.base);
  if (model !== null && (draft.base === 'gemini-generate' || dialect?.calls !== undefined)) refuseSteps(model.upstreamModel);
  const isPlain = auth.in === 'header' || auth.in === 'query';
  if (dialect === undefined && isPlain) {
    const path = withKey(`${draft.address.path}${draft.path}`, draft.query, proof);
    return { upstream: send(draft, path, draft.headers, draft.body), sentSecret: proof.text, isFramedByAws: false };
  }
  // What still comes can be neither changed nor signed.
  if (draft.passing !== null && auth.in === 'aws-sigv4') {
    throw new GatewayError('protocol_not_supported', `the provider "${provider.id}" signs its requests, and takes no body of this kind`);
  }
  const { path, query, headers, body } = draft;
  const kind = callKindOf(draft.protocol, path, draft.stream);
  const spoken =
    dialect === undefined
      ? { path: `${draft.address.path}${path}${query}`, headers, body }
      : speakDialect(
          { basePath: draft.address.path, path, query, model: model?.upstreamModel ?? null, headers, body: draft.passing === null ? body : null },
          dialect,
          kind,
        );
  if (spoken === null) throw new GatewayError('protocol_not_supported', `the provider "${provider.id}" does not offer calls of this kind`);
  const signable = { method: draft.method, origin: draft.address.origin, path: spoken.path, headers: spoken.headers, body: spoken.body };
  const signed = context.signer.sign(signable, auth, proof.text);
  const whole = auth.in === 'query' ? withKey(spoken.path, '', proof) : spoken.path;
  return {
    upstream: send(draft, whole, signed, draft.passing === null ? spoken.body : draft.body),
    sentSecret: context.signer.sentSecret(auth, proof.text),
    isFramedByAws: dialect?.framing === 'aws-event-stream' && kind === 'stream',
  };
}

/** A name that stands in the path must not lead up in it; escapes do not keep all servers from reading it so. */
function refuseSteps(upstreamModel: string): void {
  if (!upstreamModel.split('/').some((segment) => segment === '.' || segment === '..')) return;
  throw new GatewayError('invalid_request', 'the name of the model must not hold "." or ".." between slashes', { param: 'model' });
}

function send(draft: DraftedRequest, path: string, headers: readonly string[], body: Buffer | null): UpstreamRequest {
  const { passing } = draft;
  const isLarge = passing === null && body !== null && body.length >= LARGE_BODY_BYTES;
  return {
    origin: draft.address.origin,
    path: path.startsWith('/') ? path : `/${path}`,
    method: draft.method,
    headers: isLarge ? [...headers, 'content-length', String(body.length)] : headers,
    body: body === null ? null : passing !== null ? passing(body) : isLarge ? new OneShotBody(body) : body,
  };
}

function withKey(path: string, query: string, { auth, text }: Proof): string {
  if (auth.in !== 'query') return `${path}${query}`;
  const separator = query !== '' || path.includes('?') ? '&' : '?';
  return `${path}${query}${separator}${encodeURIComponent(auth.name)}=${encodeURIComponent(text)}`;
}
