import type { FailureKind } from '../../domain/failure.ts';
import type { Rest, Restable } from '../../ports/live-state.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** A key whose secret was rejected is tried again by force at most this often. */
export const REJECTED_PROBE_MS = MINUTE;

interface Ladder {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** First rest and longest rest of a kind; each one in a row doubles. BEHAVIOUR of failures: see docs/reference/failures.md. */
const LADDERS: Readonly<Partial<Record<FailureKind, Ladder>>> = {
  'rate-limited': { firstMs: 30 * SECOND, mostMs: 5 * MINUTE },
  'out-of-quota': { firstMs: HOUR, mostMs: 24 * HOUR },
  'auth-rejected': { firstMs: 10 * MINUTE, mostMs: 10 * MINUTE },
  overloaded: { firstMs: 10 * SECOND, mostMs: 320 * SECOND },
  'upstream-error': { firstMs: 10 * SECOND, mostMs: 320 * SECOND },
  transport: { firstMs: 10 * SECOND, mostMs: 320 * SECOND },
  malformed: { firstMs: 10 * SECOND, mostMs: 320 * SECOND },
  'model-missing': { firstMs: 10 * MINUTE, mostMs: 10 * MINUTE },
};

/** Jitter only lengthens, and never a time that the upstream named. */
const JITTER = 0.1;

export interface RestSign {
  readonly kind: FailureKind;
  readonly reason: string;
  /** The end as the upstream named it. */
  readonly retryAtMs?: number;
}

/** The rest that follows from one more sign, given the one before. A running longer rest stays as it is. */
export function nextRest(before: Rest | null, sign: RestSign, attemptStartedMs: number, nowMs: number, random: number): Rest | null {
  const ladder = LADDERS[sign.kind];
  if (ladder === undefined) return before;
  const running = before !== null && before.untilMs > nowMs;
  // Several requests that fail together are one sign: only an attempt that began after the rest did doubles it.
  const isNewSign = before !== null && attemptStartedMs > before.sinceMs;
  const step = before === null || before.kind !== sign.kind ? 1 : isNewSign ? before.step + 1 : before.step;
  const named = sign.retryAtMs !== undefined;
  const lengthMs = Math.min(ladder.firstMs * 2 ** Math.min(step - 1, 16), ladder.mostMs);
  const untilMs = sign.retryAtMs ?? nowMs + Math.round(lengthMs * (1 + JITTER * random));
  // Money does not come back by asking, so a used-up quota is as firm as a named time.
  const firm = named || sign.kind === 'out-of-quota';
  if (!running) return { kind: sign.kind, reason: sign.reason, sinceMs: nowMs, untilMs, firm, step };
  const firmUntilMs = Math.max(firm ? untilMs : 0, before.firm ? before.untilMs : (before.firmUntilMs ?? 0));
  if (before.untilMs >= untilMs) return before.firm || firmUntilMs === 0 ? before : { ...before, firmUntilMs };
  return { kind: sign.kind, reason: sign.reason, sinceMs: nowMs, untilMs, firm, step, ...(firm || firmUntilMs <= nowMs ? {} : { firmUntilMs }) };
}

export type Readiness = 'ready' | 'half-open' | 'probing' | 'soft' | 'firm';

/** Whether a thing may be used: `half-open` means once, to find out; `soft` only when nothing better is there. */
export function readiness(thing: Restable | undefined | null, nowMs: number): Readiness {
  const rest = thing?.rest;
  if (thing === undefined || thing === null || rest === null || rest === undefined) return 'ready';
  if (rest.untilMs > nowMs) return firmEnd(rest) > nowMs ? 'firm' : thing.probing ? 'probing' : 'soft';
  // The end of a used-up quota is a guess, however firm: one request finds out.
  if (rest.firm && rest.kind !== 'out-of-quota') return 'ready';
  return thing.probing ? 'probing' : 'half-open';
}

/** Until when nobody may ask, not even to find out; 0: a probe may go at any time. */
export function firmEnd(rest: Rest): number {
  return rest.firm ? rest.untilMs : (rest.firmUntilMs ?? 0);
}

/** A success ends every rest that began before the attempt did, never one that a later failure set. */
export function clearRest(thing: Restable | undefined | null, attemptStartedMs: number): boolean {
  if (thing === undefined || thing === null || thing.rest === null) return false;
  if (thing.rest.sinceMs > attemptStartedMs) return false;
  thing.rest = null;
  return true;
}
