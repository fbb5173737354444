import { readReset } from '../../lib/read-reset.ts';
import type { KeyQuotaStanding, QuotaFigures } from '../../ports/key-board.ts';
import type { KeyState } from '../../ports/live-state.ts';

const MOST_MODELS = 200;

export type HeaderReader = (name: string) => string | undefined;

interface QuotaNames {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

const REQUESTS: readonly QuotaNames[] = [
  { limit: 'x-ratelimit-limit-requests', remaining: 'x-ratelimit-remaining-requests', reset: 'x-ratelimit-reset-requests' },
  { limit: 'anthropic-ratelimit-requests-limit', remaining: 'anthropic-ratelimit-requests-remaining', reset: 'anthropic-ratelimit-requests-reset' },
];
const TOKENS: readonly QuotaNames[] = [
  { limit: 'x-ratelimit-limit-tokens', remaining: 'x-ratelimit-remaining-tokens', reset: 'x-ratelimit-reset-tokens' },
  { limit: 'anthropic-ratelimit-tokens-limit', remaining: 'anthropic-ratelimit-tokens-remaining', reset: 'anthropic-ratelimit-tokens-reset' },
];

/** Keeps what the answer's headers say of the key's quota for this model. */
export function learnQuota(state: KeyState, model: string, header: HeaderReader, nowMs: number): void {
  const requests = readQuota(REQUESTS, header, nowMs);
  const tokens = readQuota(TOKENS, header, nowMs);
  if (requests === null && tokens === null) return;
  state.quotas ??= new Map();
  if (!state.quotas.has(model) && state.quotas.size >= MOST_MODELS) state.quotas.clear();
  state.quotas.set(model, {
    requestsLimit: requests?.limit ?? -1,
    requestsRemaining: requests?.remaining ?? -1,
    requestsResetMs: requests?.resetMs ?? -1,
    tokensLimit: tokens?.limit ?? -1,
    tokensRemaining: tokens?.remaining ?? -1,
    tokensResetMs: tokens?.resetMs ?? -1,
    seenAtMs: nowMs,
  });
}

/** Reserves what an attempt is expected to take, until the next answer tells the truth. */
export function reserveQuota(state: KeyState, model: string, estimatedTokens: number): void {
  const quota = state.quotas?.get(model);
  if (quota === undefined) return;
  if (quota.requestsRemaining > 0) quota.requestsRemaining -= 1;
  if (quota.tokensRemaining > 0) quota.tokensRemaining = Math.max(0, quota.tokensRemaining - estimatedTokens);
}

/** Share of its quota that the key has left, 0..1; 1 when nothing is known or the window has passed. */
export function headroom(state: KeyState, model: string, nowMs: number): number {
  const quota = state.quotas?.get(model);
  if (quota === undefined) return 1;
  return Math.min(
    shareLeft(quota.requestsLimit, quota.requestsRemaining, quota.requestsResetMs, nowMs),
    shareLeft(quota.tokensLimit, quota.tokensRemaining, quota.tokensResetMs, nowMs),
  );
}

/** What is known, for people. */
export function describeQuotas({ quotas }: KeyState): readonly KeyQuotaStanding[] {
  return [...(quotas ?? [])].map(([model, quota]) => ({
    model,
    requests: figuresOf(quota.requestsLimit, quota.requestsRemaining, quota.requestsResetMs),
    tokens: figuresOf(quota.tokensLimit, quota.tokensRemaining, quota.tokensResetMs),
    seenAtMs: quota.seenAtMs,
  }));
}

function figuresOf(limit: number, remaining: number, resetMs: number): QuotaFigures | null {
  return remaining < 0 ? null : { limit: limit < 0 ? null : limit, remaining, resetMs: resetMs <= 0 ? null : resetMs };
}

function shareLeft(limit: number, remaining: number, resetMs: number, nowMs: number): number {
  if (limit <= 0 || remaining < 0 || (resetMs > 0 && resetMs <= nowMs)) return 1;
  return Math.min(1, remaining / limit);
}

function readQuota(names: readonly QuotaNames[], header: HeaderReader, nowMs: number): { limit: number; remaining: number; resetMs: number } | null {
  for (const { limit, remaining, reset } of names) {
    const left = header(remaining);
    if (left === undefined) continue;
    const leftCount = Number(left);
    const most = Number(header(limit) ?? '');
    if (!Number.isFinite(leftCount) || leftCount < 0) return null;
    return { limit: Number.isFinite(most) && most > 0 ? most : -1, remaining: leftCount, resetMs: readReset(header(reset), nowMs) };
  }
  return null;
}
