import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { sendJson, startLoopbackServer, type HeardRequest } from './loopback-server.ts';

/** How the provider misbehaves. */
export type ProviderFault =
  | 'none'
  | 'wrong-nonce'
  | 'no-nonce'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'expired'
  | 'alg-none'
  | 'alg-hs256'
  | 'foreign-key'
  | 'no-id-token'
  | 'broken-token-endpoint';

export interface MockIdentityProvider {
  readonly issuer: string;
  /** What the ID tokens say besides the usual. */
  claims: Record<string, unknown>;
  fault: ProviderFault;
  /** Discovery answers 500 so many times. */
  outages: number;
  /** How often the provider was discovered. */
  readonly discoveries: number;
  /** The person agrees: where their browser is sent back to. */
  agree(authorizationUrl: string): URL;
  close(): Promise<void>;
}

interface Grant {
  readonly nonce: string | null;
  readonly challenge: string | null;
  readonly redirectUri: string | null;
}

export const CLIENT_ID = 'headgate-tests';
export const CLIENT_SECRET = 'the secret of the client: 100 % & more';

/** An OpenID Connect provider on this machine: codes for one use, PKCE, RS256. */
export async function startMockIdentityProvider(): Promise<MockIdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' }] };
  const grants = new Map<string, Grant>();
  let discoveries = 0;

  const sign = async (grant: Grant): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const { fault } = provider;
    const claims: JWTPayload = {
      sub: 'person-1',
      iss: fault === 'wrong-issuer' ? 'https://elsewhere.example' : provider.issuer,
      aud: fault === 'wrong-audience' ? 'another-client' : CLIENT_ID,
      iat: fault === 'expired' ? now - 7200 : now,
      exp: fault === 'expired' ? now - 3600 : now + 300,
      ...(fault === 'no-nonce' ? {} : { nonce: fault === 'wrong-nonce' ? 'another' : grant.nonce }),
      ...provider.claims,
    };
    if (fault === 'alg-none') return new UnsecuredJWT(claims).encode();
    if (fault === 'alg-hs256') return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(CLIENT_SECRET));
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(fault === 'foreign-key' ? foreign.privateKey : privateKey);
  };

  const redeem = async (request: HeardRequest, response: ServerResponse): Promise<void> => {
    if (provider.fault === 'broken-token-endpoint') return sendJson(response, 500, { error: 'server_error' });
    const form = new URLSearchParams(request.body.toString('utf8'));
    const encode = (text: string): string => new URLSearchParams({ text }).toString().slice('text='.length);
    const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /u, ''), 'base64').toString('utf8');
    const [id = '', secret = ''] = basic.split(':').map((part) => new URLSearchParams(`text=${part}`).get('text') ?? '');
    if (id !== CLIENT_ID || encode(secret) !== encode(CLIENT_SECRET)) return sendJson(response, 401, { error: 'invalid_client' });
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = grant !== undefined && grant.challenge === challenge && grant.redirectUri === form.get('redirect_uri');
    if (!isRight) return sendJson(response, 400, { error: 'invalid_grant' });
    const idToken = provider.fault === 'no-id-token' ? {} : { id_token: await sign(grant) };
    return sendJson(response, 200, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, ...idToken });
  };

  const server = await startLoopbackServer((request, response) => {
    if (request.url === '/.well-known/openid-configuration') {
      discoveries += 1;
      provider.outages -= 1;
      if (provider.outages >= 0) return sendJson(response, 500, {});
      return sendJson(response, 200, metadataOf(provider.issuer));
    }
    if (request.url === '/jwks') return sendJson(response, 200, jwks);
    if (request.url === '/token') return void redeem(request, response);
    return sendJson(response, 404, {});
  });

  const provider = {
    issuer: server.origin,
    claims: {} as Record<string, unknown>,
    fault: 'none' as ProviderFault,
    outages: 0,
    get discoveries() {
      return discoveries;
    },
    agree(authorizationUrl: string): URL {
      const asked = new URL(authorizationUrl).searchParams;
      const code = randomBytes(12).toString('hex');
      grants.set(code, { nonce: asked.get('nonce'), challenge: asked.get('code_challenge'), redirectUri: asked.get('redirect_uri') });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', asked.get('state') ?? '');
      back.searchParams.set('session_state', 'something of the provider');
      return back;
    },
    close: () => server.close(),
  };
  return provider;
}

function metadataOf(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    // Some providers announce what nobody may take.
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  };
}
