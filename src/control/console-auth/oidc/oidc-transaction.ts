import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** What a browser carries between leaving for the provider and coming back. */
export interface OidcTransaction {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** The provider that it was made for. */
  readonly issuer: string;
  /** Epoch ms. */
  readonly expiresAtMs: number;
}

const LONGEST = 3000;

/** Writes transactions into cookies that nobody else can write. */
export class OidcTransactions {
  readonly #key: KeyObject;

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  write(transaction: OidcTransaction): string {
    const body = Buffer.from(JSON.stringify(transaction), 'utf8').toString('base64url');
    return `${body}.${this.#mac(body).toString('base64url')}`;
  }

  /** Null: not ours, changed, or too old. */
  read(text: string, nowMs: number): OidcTransaction | null {
    const [body = '', mac = '', more] = text.length > LONGEST ? [] : text.split('.', 3);
    const right = this.#mac(body);
    const given = Buffer.from(mac, 'base64url');
    if (more !== undefined || given.length !== right.length || !timingSafeEqual(given, right)) return null;
    const transaction = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as OidcTransaction;
    return transaction.expiresAtMs > nowMs ? transaction : null;
  }

  #mac(body: string): Buffer {
    return createHmac('sha256', this.#key).update('oidc transaction v1').update(body).digest();
  }
}
