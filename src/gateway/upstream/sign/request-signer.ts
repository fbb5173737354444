import { parseAwsCredentials } from '../../../config/aws-credentials.ts';
import type { CompiledProvider } from '../../../config/snapshot.ts';
import type { AuthScheme } from '../../../domain/preset.ts';
import type { GoogleTokens } from './google-tokens.ts';
import { type SignableRequest, signAwsRequest } from './sign-aws-request.ts';

/**
 * Proves keys that are not sent themselves. A proof is what a request is signed with: an access token for service accounts, the secret for all
 * other keys; empty for services without a key.
 */
export class RequestSigner {
  readonly #tokens: GoogleTokens;
  readonly #nowMs: () => number;

  constructor(tokens: GoogleTokens, nowMs: () => number) {
    this.#tokens = tokens;
    this.#nowMs = nowMs;
  }

  /** The proof; null: it must be fetched. */
  proofAtHand(provider: CompiledProvider, auth: AuthScheme, secret: string): string | null {
    return auth.in !== 'google-service-account' || secret === '' ? secret : this.#tokens.current(provider, secret, auth.scope);
  }

  /** Waits for a proof. Rejects with TokenFailure. */
  async fetchProof(provider: CompiledProvider, auth: AuthScheme, secret: string): Promise<string> {
    return auth.in !== 'google-service-account' || secret === '' ? secret : this.#tokens.obtain(provider, secret, auth.scope);
  }

  /** The headers to send; those of plain keys, and without a key, stay as they are. The request must be as it goes out. */
  sign(request: SignableRequest, auth: AuthScheme, proof: string): readonly string[] {
    if (proof === '') return request.headers;
    switch (auth.in) {
      case 'header':
      case 'query':
        return request.headers;
      case 'aws-sigv4': {
        const credentials = parseAwsCredentials(proof);
        // The configuration is refused without either.
        if (credentials === null || auth.region === null) throw new Error('An AWS request has no credentials or no region to be signed with.');
        return signAwsRequest(request, credentials, { region: auth.region, service: auth.service }, this.#nowMs());
      }
      case 'google-service-account':
        return [...request.headers, 'authorization', `Bearer ${proof}`];
    }
  }

  /** What of a proof stands in the request, so that no answer may show it; empty when nothing does. */
  sentSecret(auth: AuthScheme, proof: string): string {
    return auth.in === 'aws-sigv4' ? (parseAwsCredentials(proof)?.sessionToken ?? '') : proof;
  }

  /** An upstream answered 401: an access token may have been withdrawn before its end. True when another can be fetched. */
  refused(auth: AuthScheme, secret: string, proof: string): boolean {
    if (auth.in !== 'google-service-account' || secret === '') return false;
    this.#tokens.forget(secret, auth.scope, proof);
    return true;
  }
}
