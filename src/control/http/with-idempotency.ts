import { hash } from 'node:crypto';
import { OperationError } from '../operation-error.ts';
import type { AdminAnswer, AdminCall, AdminRoute } from './admin-route.ts';

/** A run of one request, and what it was asked for. */
interface Run {
  readonly fingerprint: string;
  readonly startedAtMs: number;
  readonly answer: Promise<AdminAnswer>;
}

const MOST_RUNS = 1000;
const REMEMBERED_MS = 86_400_000;
const KEY = /^[\x21-\x7e]{1,255}$/u;

/**
 * The same route, which does what was asked for once: a request with the `Idempotency-Key` of an earlier one of the same principal gets the
 * same answer within a day. Answers may hold secrets, so they are kept in memory only: the latest thousand. A refusal is not kept.
 */
export function withIdempotency(route: AdminRoute, nowMs: () => number = Date.now): AdminRoute {
  const runs = new Map<string, Run>();
  return { ...route, handle: async (call) => (hasKey(call) ? answerOnce(route, runs, call, nowMs()) : route.handle(call)) };
}

function hasKey({ headers }: AdminCall): boolean {
  return headers['idempotency-key'] !== undefined;
}

async function answerOnce(route: AdminRoute, runs: Map<string, Run>, call: AdminCall, nowMs: number): Promise<AdminAnswer> {
  const name = nameOf(call);
  const fingerprint = hash('sha256', JSON.stringify([call.query, call.body]), 'hex');
  const known = runs.get(name);
  if (known !== undefined && nowMs - known.startedAtMs < REMEMBERED_MS) {
    if (known.fingerprint !== fingerprint) throw new OperationError('conflict', 'This Idempotency-Key was sent with another body before.');
    const answer = await known.answer;
    return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
  }
  const answer = route.handle(call);
  const run: Run = { fingerprint, startedAtMs: nowMs, answer };
  runs.delete(name);
  runs.set(name, run);
  const [oldest] = runs.keys();
  if (runs.size > MOST_RUNS && oldest !== undefined) runs.delete(oldest);
  return answer.catch((error: unknown) => {
    if (runs.get(name) === run) runs.delete(name);
    throw error;
  });
}

/** Principals and things that are called alike share nothing. @throws {OperationError} `invalid_request`. */
function nameOf({ principal, params, headers }: AdminCall): string {
  const key = headers['idempotency-key'] ?? '';
  if (!KEY.test(key)) throw new OperationError('invalid_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
  return JSON.stringify([principal.kind, principal.kind === 'nobody' ? null : principal.id, params, key]);
}
