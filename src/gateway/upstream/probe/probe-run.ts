import type { Dispatcher } from 'undici';
import type { CompiledProvider } from '../../../config/snapshot.ts';
import type { Failure } from '../../../domain/failure.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';
import { parseJson } from '../../../lib/json-reading.ts';
import type { ProbeFailure, ProbeTarget } from '../../../ports/upstream-probe.ts';
import { classifyAnswer } from '../classify-failure.ts';
import type { RequestSigner } from '../sign/request-signer.ts';
import { secretPartsOf } from '../sign/secret-parts.ts';
import { TokenFailure } from '../sign/token-failure.ts';
import { callUpstream } from './probe-call.ts';
import { authOf, probeRequest, problemOfSecret, type ProbeCall } from './probe-request.ts';
import { readUpstreamMessage, showText } from './upstream-message.ts';

/** Shorter secrets stand in many a model's name. */
const SHORTEST_TOLD = 8;

/** What the whole probe has to work with. */
export interface ProbeWay {
  readonly dispatcher: (provider: CompiledProvider, origin: string) => Dispatcher;
  readonly signer: RequestSigner;
  readonly nowMs: () => number;
  /** Takes live secrets of others out of what an upstream says. */
  readonly redact: (text: string) => string;
}

export type Asked =
  /** `json` is undefined where the body is none. */
  | { readonly ok: true; readonly status: number; readonly json: unknown; readonly body: Buffer }
  | {
      readonly ok: false;
      readonly status: number | null;
      readonly failure: ProbeFailure;
      readonly message: string;
      readonly upstreamMessage: string | null;
    };

/** The calls of one probe: to one provider, with one key, until one deadline. */
export class ProbeRun {
  readonly provider: CompiledProvider;
  readonly secret: string;
  readonly #way: ProbeWay;
  readonly #ends: AbortSignal;
  /** Everything that no answer may show. */
  #secrets: readonly string[] = [];

  constructor(way: ProbeWay, { provider, secret }: ProbeTarget<CompiledProvider>, ends: AbortSignal) {
    this.#way = way;
    this.provider = provider;
    this.secret = secret ?? '';
    this.#ends = ends;
  }

  get isOver(): boolean {
    return this.#ends.aborted;
  }

  /** Makes one call. `withoutKey`: as somebody who has none. */
  async ask(call: ProbeCall, withoutKey = false): Promise<Asked> {
    const proof = withoutKey ? '' : await this.prove(call.protocol);
    if (typeof proof !== 'string') return proof;
    const request = probeRequest(this.provider, call, this.#way.signer, proof);
    if (request === null) return refused('unsupported', null, 'The provider does not offer calls of this kind.');
    if (this.isOver) return this.#late();
    const answer = await callUpstream(this.#way.dispatcher(this.provider, request.origin), request, this.#ends);
    if (this.isOver) return this.#late();
    if (answer.kind === 'failed') return ofFailure(answer.failure, answer.status === 0 ? null : answer.status, null);
    const { status, headers, body } = answer;
    if (status >= 200 && status < 300) return { ok: true, status, json: parseJson(body), body };
    const failure = classifyAnswer(status, headers, body, this.provider.failures, this.#way.nowMs());
    return ofFailure(failure, status, this.says(body));
  }

  /** What goes out in place of the key: itself, or a token got for it. */
  async prove(protocol: ProtocolName): Promise<string | Extract<Asked, { ok: false }>> {
    const auth = authOf(this.provider, protocol);
    this.#secrets = this.secret === '' ? [] : secretPartsOf(this.secret, auth);
    if (this.secret === '') return '';
    const problem = problemOfSecret(this.secret, auth);
    if (problem !== null) return refused('auth-rejected', null, `The key was not sent: its secret ${problem}.`);
    try {
      const proof = await Promise.race([this.#way.signer.fetchProof(this.provider, auth, this.secret), endOf(this.#ends)]);
      if (proof === null) return this.#late();
      this.#secrets = [...this.#secrets, proof];
      return proof;
    } catch (error) {
      if (!(error instanceof TokenFailure)) throw error;
      return refused(error.kind, error.status === 0 ? null : error.status, error.message);
    }
  }

  /** What an error of the upstream says; null: nothing that can be shown. */
  says(body: Buffer): string | null {
    const said = readUpstreamMessage(body, this.#secrets);
    return said === null ? null : this.#way.redact(said);
  }

  /** The beginning of an upstream's text, fit to be shown. */
  show(text: string, most: number): string {
    return this.#way.redact(showText(text, this.#secrets, most) ?? '');
  }

  /** An upstream that gives our own secret a place in its data is not repeated. */
  isRepeated(text: string): boolean {
    return this.#secrets.some((secret) => secret.length >= SHORTEST_TOLD && text.includes(secret));
  }

  #late(): Extract<Asked, { ok: false }> {
    const isDeadline = this.#ends.reason === DEADLINE;
    return isDeadline
      ? refused('transport', null, 'The upstream did not answer in time.')
      : refused('client-gone', null, 'The probe was given up before the upstream answered.');
  }
}

/** Why a probe is ended that took too long. */
export const DEADLINE = Symbol('deadline');

export function refused(failure: ProbeFailure, status: number | null, message: string): Extract<Asked, { ok: false }> {
  return { ok: false, status, failure, message, upstreamMessage: null };
}

function ofFailure({ kind, reason }: Failure, status: number | null, upstreamMessage: string | null): Extract<Asked, { ok: false }> {
  return { ok: false, status, failure: kind, message: `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`, upstreamMessage };
}

function endOf(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
