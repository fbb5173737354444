import type * as OpenidClient from 'openid-client';
import type { OidcConfig } from '../../../config/admin-access.ts';
import { OperationError } from '../../operation-error.ts';
import { weaknessOfIssuer } from './weakness-of-issuer.ts';

/** What is checked when the browser comes back. */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Claims of an ID token whose signature, issuer, audience, nonce and times were right. */
export type OidcClaims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

type Client = typeof OpenidClient;

interface Discovered {
  readonly client: Client;
  readonly configuration: OpenidClient.Configuration;
}

const TIMEOUT_SECONDS = 10;
/** Providers change their addresses and keys; an hour later they are read again. */
const KEPT_MS = 3_600_000;

/** One identity provider. It is discovered when somebody first signs in through it, and again after a failure. */
export class OidcProvider {
  readonly config: OidcConfig;
  readonly #monotonicMs: () => number;
  #discovered: { readonly at: number; readonly promise: Promise<Discovered> } | null = null;

  constructor(config: OidcConfig, monotonicMs: () => number) {
    this.config = config;
    this.#monotonicMs = monotonicMs;
  }

  /** Where the browser goes, and what has to be right when it comes back. @throws {OperationError} `unavailable`, `upstream_failed`. */
  async begin(redirectUri: string): Promise<OidcChecks & { readonly url: string }> {
    const { client, configuration } = await this.#discover();
    const checks = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier: client.randomPKCECodeVerifier() };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: [...new Set(['openid', ...this.config.scopes.split(/\s+/u)])].join(' ').trim(),
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { ...checks, url: url.href };
  }

  /**
   * Redeems the code that the browser brought.
   * @param returned The redirect URI with the parameters that the provider added.
   * @returns Null when anything about it is wrong; what the provider says about it is nobody's business.
   * @throws {OperationError} `unavailable`, `upstream_failed`.
   */
  async finish(returned: URL, { state, nonce, codeVerifier }: OidcChecks): Promise<OidcClaims | null> {
    const { client, configuration } = await this.#discover();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, returned, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      return tokens.claims() ?? null;
    } catch {
      return null;
    }
  }

  async #discover(): Promise<Discovered> {
    const now = this.#monotonicMs();
    if (this.#discovered === null || now - this.#discovered.at >= KEPT_MS) this.#discovered = { at: now, promise: this.#load() };
    const current = this.#discovered;
    try {
      return await current.promise;
    } catch (error) {
      if (this.#discovered === current) this.#discovered = null;
      if (error instanceof OperationError) throw error;
      throw new OperationError('upstream_failed', 'The identity provider cannot be reached, or does not describe itself as its issuer says.');
    }
  }

  async #load(): Promise<Discovered> {
    const { issuer, clientId, clientSecret } = this.config;
    const weakness = weaknessOfIssuer(issuer);
    if (weakness !== null) throw new OperationError('unavailable', `The issuer of the identity provider ${weakness}.`);
    // Only gateways with an identity provider pay for the package.
    const client = await import('openid-client');
    const server = new URL(issuer);
    const configuration = await client.discovery(server, clientId, {}, authenticationOf(client, clientSecret), {
      // TLS vouches for what the token endpoint says; the signature is checked beside it.
      execute: [client.enableNonRepudiationChecks, ...(server.protocol === 'http:' ? [client.allowInsecureRequests] : [])],
      timeout: TIMEOUT_SECONDS,
    });
    return { client, configuration };
  }
}

/** Basic where the provider takes it, which is the default of the standard; else the secret in the body. */
function authenticationOf(client: Client, clientSecret: string | null): OpenidClient.ClientAuth {
  if (clientSecret === null) return client.None();
  return (server, metadata, body, headers) => {
    const supported = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authenticate = supported.includes('client_secret_basic') ? client.ClientSecretBasic(clientSecret) : client.ClientSecretPost(clientSecret);
    return authenticate(server, metadata, body, headers);
  };
}
