import { parseAwsCredentials } from '../../../config/aws-credentials.ts';
import { isHeaderSafe } from '../../../config/normalise-secret.ts';
import type { CompiledProvider } from '../../../config/snapshot.ts';
import type { CallKind } from '../../../domain/dialect.ts';
import type { AuthScheme } from '../../../domain/preset.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import type { RequestSigner } from '../sign/request-signer.ts';
import { speakDialect } from '../sign/speak-dialect.ts';
import type { UpstreamRequest } from '../upstream-call.ts';

/** A call in its protocol's own form. */
export interface ProbeCall {
  readonly protocol: ProtocolName;
  readonly kind: CallKind;
  readonly method: 'GET' | 'POST';
  /** Behind the base URL, with its leading slash. */
  readonly path: string;
  /** With its question mark, or the empty string. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** Upstream model; null for calls that name none. */
  readonly model: string | null;
}

/** How this provider takes its key in this protocol. */
export function authOf(provider: CompiledProvider, protocol: ProtocolName): AuthScheme {
  return provider.authByProtocol[protocol] ?? provider.auth;
}

/** What keeps this secret from being sent at all, as the end of a sentence; null when nothing does. */
export function problemOfSecret(secret: string, auth: AuthScheme): string | null {
  switch (auth.in) {
    case 'header':
    case 'query':
      return isHeaderSafe(secret) ? null : 'holds spaces or signs that cannot stand in a header';
    case 'aws-sigv4':
      if (auth.region === null) return 'cannot sign requests: the address names no region';
      return parseAwsCredentials(secret) === null ? 'is no ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]' : null;
    case 'google-service-account':
      return null;
  }
}

/** The request as it goes out, made as those of clients are; null: the provider does not offer such calls. `proof` is empty without a key. */
export function probeRequest(provider: CompiledProvider, call: ProbeCall, signer: RequestSigner, proof: string): UpstreamRequest | null {
  const { protocol, path, query, body, model, method } = call;
  const base = provider.protocols.get(protocol);
  if (base === undefined) return null;
  const dialect = provider.dialects.get(protocol);
  const auth = authOf(provider, protocol);
  const headers = headersOf(provider, call, auth, proof);
  const spoken =
    dialect === undefined
      ? { path: `${base.path}${path}${query}`, headers, body }
      : speakDialect({ basePath: base.path, path, query, model, headers, body }, dialect, call.kind);
  if (spoken === null || (model !== null && holdsSteps(model))) return null;
  const signed = signer.sign({ method, origin: base.origin, path: spoken.path, headers: spoken.headers, body: spoken.body }, auth, proof);
  return { origin: base.origin, path: withKey(spoken.path, auth, proof), method, headers: signed, body: spoken.body };
}

function headersOf(provider: CompiledProvider, call: ProbeCall, auth: AuthScheme, proof: string): string[] {
  const named = {
    accept: 'application/json',
    'user-agent': 'headgate',
    ...(call.body === null ? {} : { 'content-type': 'application/json' }),
    ...PROTOCOLS[call.protocol].requiredHeaders,
    ...provider.headers,
    ...call.headers,
    'accept-encoding': 'identity',
  };
  const out = Object.entries(named).flat();
  if (auth.in === 'header' && proof !== '') out.push(auth.name, auth.scheme === undefined ? proof : `${auth.scheme} ${proof}`);
  return out;
}

function withKey(path: string, auth: AuthScheme, proof: string): string {
  if (auth.in !== 'query' || proof === '') return path.startsWith('/') ? path : `/${path}`;
  return `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(auth.name)}=${encodeURIComponent(proof)}`;
}

/** A name that stands in the path must not lead up in it. */
function holdsSteps(model: string): boolean {
  return model.split('/').some((segment) => segment === '.' || segment === '..');
}
