import { readServiceAccount } from '../../../config/service-account.ts';
import type { CompiledProvider } from '../../../config/snapshot.ts';
import { isObject, parseJson } from '../../../lib/json-reading.ts';
import { isHeaderSafe } from '../../../config/normalise-secret.ts';
import { assertionForm } from './google-assertion.ts';
import type { FormAnswer } from './post-form.ts';
import { TokenFailure } from './token-failure.ts';

/** Sends a form to a token endpoint, on the way that the provider's own calls take; rejects when no answer came. */
export type PostForm = (provider: CompiledProvider, url: string, form: string) => Promise<FormAnswer>;

/** A token is not used in its last minute, and fetched anew in the four minutes before that; one of a short life in shares of it. */
const UNUSED_MS = 60_000;
const REFRESH_MS = 300_000;
/** After a refresh that failed while the old token still served. */
const REFRESH_PAUSE_MS = 10_000;
const USUAL_LIFE_SECONDS = 3600;

interface KeptToken {
  readonly token: string;
  readonly endsAtMs: number;
  /** From then on it is not used. */
  readonly lapsesAtMs: number;
  refreshAtMs: number;
}

/** Access tokens of service accounts, each fetched once for all who wait for it and kept until shortly before it ends. */
export class GoogleTokens {
  readonly #post: PostForm;
  readonly #nowMs: () => number;
  readonly #onToken: (token: string) => void;
  /** Scope → secret → token. */
  readonly #kept = new Map<string, Map<string, KeptToken>>();
  readonly #pending = new Map<string, Map<string, Promise<string>>>();

  /** `onToken` hears each new token before it is used, so that no log shows it. */
  constructor(post: PostForm, nowMs: () => number, onToken: (token: string) => void) {
    this.#post = post;
    this.#nowMs = nowMs;
    this.#onToken = onToken;
  }

  /** The token at hand; null when it must be waited for. Begins to fetch the next one in good time. */
  current(provider: CompiledProvider, secret: string, scope: string): string | null {
    const kept = this.#kept.get(scope)?.get(secret);
    const now = this.#nowMs();
    if (kept === undefined || now >= kept.lapsesAtMs) return null;
    if (now >= kept.refreshAtMs) {
      kept.refreshAtMs = now + REFRESH_PAUSE_MS;
      this.#fetch(provider, secret, scope).catch(() => undefined);
    }
    return kept.token;
  }

  /** The token at hand, or a new one. Rejects with TokenFailure. */
  async obtain(provider: CompiledProvider, secret: string, scope: string): Promise<string> {
    return this.current(provider, secret, scope) ?? this.#fetch(provider, secret, scope);
  }

  /** Drops a token that an upstream refused, unless another has taken its place already. */
  forget(secret: string, scope: string, token: string): void {
    const kept = this.#kept.get(scope);
    if (kept?.get(secret)?.token === token) kept.delete(secret);
  }

  #fetch(provider: CompiledProvider, secret: string, scope: string): Promise<string> {
    const pending = mapAt(this.#pending, scope);
    const running = pending.get(secret);
    if (running !== undefined) return running;
    const started = this.#ask(provider, secret, scope).finally(() => pending.delete(secret));
    pending.set(secret, started);
    return started;
  }

  async #ask(provider: CompiledProvider, secret: string, scope: string): Promise<string> {
    const account = readServiceAccount(secret);
    if (typeof account === 'string') throw new TokenFailure('auth-rejected', 0, `The service account key ${account}.`);
    const askedAtMs = this.#nowMs();
    const form = assertionForm(account, scope, askedAtMs);
    const answer = await this.#post(provider, account.tokenUri, form).catch(() => {
      throw new TokenFailure('transport', 0, 'The token endpoint of the service account could not be reached.');
    });
    const { token, lifeSeconds } = readAnswer(answer.status, answer.body);
    this.#onToken(token);
    const endsAtMs = askedAtMs + lifeSeconds * 1000;
    this.#forgetEnded(askedAtMs);
    const lapsesAtMs = endsAtMs - Math.min(UNUSED_MS, lifeSeconds * 500);
    mapAt(this.#kept, scope).set(secret, { token, endsAtMs, lapsesAtMs, refreshAtMs: endsAtMs - Math.min(REFRESH_MS, lifeSeconds * 750) });
    return token;
  }

  /** Keys that went out of the configuration leave their tokens behind. */
  #forgetEnded(nowMs: number): void {
    for (const bySecret of this.#kept.values()) {
      for (const [secret, { endsAtMs }] of bySecret) if (endsAtMs <= nowMs) bySecret.delete(secret);
    }
  }
}

function readAnswer(status: number, text: string): { readonly token: string; readonly lifeSeconds: number } {
  if (status === 429) throw new TokenFailure('rate-limited', status, 'The token endpoint of the service account is rate limited.');
  if (status >= 500) throw new TokenFailure('upstream-error', status, `The token endpoint of the service account answered ${status}.`);
  if (status >= 400) throw new TokenFailure('auth-rejected', status, `The token endpoint refused the service account with ${status}.`);
  const body = parseJson(text);
  const token = isObject(body) ? body['access_token'] : undefined;
  if (status !== 200 || !isObject(body) || typeof token !== 'string' || token === '' || !isHeaderSafe(token))
    throw new TokenFailure('malformed', status, 'The token endpoint of the service account gave no access token.');
  const life = Number(body['expires_in']);
  return { token, lifeSeconds: life > 0 && Number.isFinite(life) ? life : USUAL_LIFE_SECONDS };
}

function mapAt<Value>(maps: Map<string, Map<string, Value>>, scope: string): Map<string, Value> {
  const found = maps.get(scope);
  if (found !== undefined) return found;
  const made = new Map<string, Value>();
  maps.set(scope, made);
  return made;
}
