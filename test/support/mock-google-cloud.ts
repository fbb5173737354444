import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendJson, startLoopbackServer, type HeardRequest, type LoopbackServer } from './loopback-server.ts';
import { pick } from './pick.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Google's token endpoint and Vertex behind it: tokens are given for assertions that their account's key has signed, and calls taken with a live token. */
export class MockGoogleCloud {
  /** Calls of Vertex that carried a live token. */
  readonly calls: HeardRequest[] = [];
  /** Everything that was ever given out. */
  readonly tokens: string[] = [];
  /** Of the answers: by the end of the path. */
  answer: (request: HeardRequest, response: ServerResponse, token: string) => void = (_request, response) => sendJson(response, 200, {});
  lifeSeconds = 3600;
  /** Vertex takes no token at all. */
  refusesAll = false;
  /** Status with which the token endpoint refuses; 0: it serves. */
  tokenStatus = 0;
  readonly #keys = new Map<string, string>();
  readonly #live = new Set<string>();
  #server: LoopbackServer | null = null;

  static async start(): Promise<MockGoogleCloud> {
    const mock = new MockGoogleCloud();
    mock.#server = await startLoopbackServer((request, response) => mock.#serve(request, response));
    return mock;
  }

  get origin(): string {
    return this.#server?.origin ?? '';
  }

  /** The base URL of a project. */
  get projectUrl(): string {
    return `${this.origin}/v1/projects/demo/locations/europe-west1`;
  }

  /** A new account and the JSON of its key. `tokenUri`: another endpoint than this one. */
  addAccount(name: string, tokenUri = `${this.origin}/token`): { readonly json: string; readonly pem: string } {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const email = `${name}@demo.iam.gserviceaccount.com`;
    this.#keys.set(email, publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const json = { type: 'service_account', client_email: email, private_key_id: `${name}-1`, private_key: pem, token_uri: tokenUri };
    return { json: JSON.stringify(json), pem };
  }

  /** Withdraws all tokens before their end. */
  revoke(): void {
    this.#live.clear();
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #serve(request: HeardRequest, response: ServerResponse): void {
    if (request.url === '/token') return this.#giveToken(request, response);
    const token = request.headers.authorization?.replace(/^Bearer /u, '') ?? '';
    if (this.refusesAll || !this.#live.has(token)) {
      const message = `Request had invalid authentication credentials: ${token}`;
      return sendJson(response, 401, { error: { code: 401, message, status: 'UNAUTHENTICATED' } });
    }
    this.calls.push(request);
    this.answer(request, response, token);
  }

  #giveToken(request: HeardRequest, response: ServerResponse): void {
    if (this.tokenStatus !== 0) return sendJson(response, this.tokenStatus, { error: 'unavailable' });
    const form = new URLSearchParams(request.body.toString('utf8'));
    const problem =
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' ? this.#problemOf(form.get('assertion') ?? '') : 'grant_type';
    if (problem !== null) return sendJson(response, 400, { error: 'invalid_grant', error_description: problem });
    const token = `ya29.canary-${randomBytes(18).toString('hex')}`;
    this.tokens.push(token);
    this.#live.add(token);
    // Slow enough for others to come meanwhile.
    setTimeout(() => sendJson(response, 200, { access_token: token, expires_in: this.lifeSeconds, token_type: 'Bearer' }), 20);
  }

  /** What is wrong with an assertion; null when its account has signed it for this endpoint and for now. */
  #problemOf(assertion: string): string | null {
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const head = JSON.parse(Buffer.from(header, 'base64url').toString()) as unknown;
    const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as unknown;
    const key = this.#keys.get(String(pick(said, 'iss')));
    if (pick(head, 'alg') !== 'RS256' || key === undefined) return 'Invalid JWT: no such account.';
    if (!verify('sha256', Buffer.from(`${header}.${claims}`), createPublicKey(key), Buffer.from(signature, 'base64url')))
      return 'Invalid JWT Signature.';
    const now = Date.now() / 1000;
    const [from, to] = [Number(pick(said, 'iat')), Number(pick(said, 'exp'))];
    if (!(from <= now + 5 && to > now && to - from <= 3600)) return 'Invalid JWT: token must be a short-lived token.';
    if (pick(said, 'aud') !== `${this.origin}/token` || pick(said, 'scope') !== SCOPE) return 'Invalid JWT: aud or scope.';
    return null;
  }
}
