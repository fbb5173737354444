import { send } from './http-client.ts';

/** What the control plane answered. */
export interface AdminReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body parsed; an empty object where there is none, or no JSON. */
  readonly json: Record<string, unknown>;
}

/** Speaks to the control plane of a gateway as whoever holds the token. */
export class AdminClient {
  readonly #origin: string;
  readonly #token: string | null;

  /** @param token Null: without credentials. */
  constructor(origin: string, token: string | null) {
    this.#origin = origin;
    this.#token = token;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<AdminReply> {
    return this.request('GET', path, undefined, headers);
  }

  post(path: string, body: object | string = {}, headers: Readonly<Record<string, string>> = {}): Promise<AdminReply> {
    return this.request('POST', path, body, headers);
  }

  put(path: string, body: object | string, headers: Readonly<Record<string, string>> = {}): Promise<AdminReply> {
    return this.request('PUT', path, body, headers);
  }

  patch(path: string, body: object | string, headers: Readonly<Record<string, string>> = {}): Promise<AdminReply> {
    return this.request('PATCH', path, body, headers);
  }

  delete(path: string, headers: Readonly<Record<string, string>> = {}): Promise<AdminReply> {
    return this.request('DELETE', path, undefined, headers);
  }

  async request(method: string, path: string, body?: object | string, headers: Readonly<Record<string, string>> = {}): Promise<AdminReply> {
    const answer = await send({
      url: `${this.#origin}${path}`,
      method,
      headers: {
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: 60_000,
    });
    const isJson = answer.text !== '' && String(answer.headers['content-type']).includes('json');
    const json = isJson ? (answer.json() as Record<string, unknown>) : {};
    return { status: answer.status, headers: answer.headers, text: answer.text, json };
  }
}
