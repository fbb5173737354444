import type { PoolState } from '../../ports/live-state.ts';

const WINDOW_MS = 10_000;
const SLICE_MS = 1000;

/** Counts a first attempt at the provider. */
export function countRequest(pool: PoolState, nowMs: number): void {
  slice(pool, nowMs).requests += 1;
}

/** Takes one retry from the provider's budget: at most `ratio` of its requests of the last 10 s plus `floor`. False when it is used up. */
export function takeRetry(pool: PoolState, budget: { readonly ratio: number; readonly floor: number }, nowMs: number): boolean {
  const current = slice(pool, nowMs);
  let requests = 0;
  let retries = 0;
  for (const { requests: some, retries: again } of pool.traffic) {
    requests += some;
    retries += again;
  }
  if (retries >= requests * budget.ratio + budget.floor) return false;
  current.retries += 1;
  return true;
}

function slice(pool: PoolState, nowMs: number): { requests: number; retries: number } {
  const { traffic } = pool;
  const last = traffic.at(-1);
  if (last !== undefined && Math.abs(nowMs - last.startMs) < SLICE_MS) return last;
  // After a clock that stepped back, the old slices would count for as long as the step was.
  if (last !== undefined && last.startMs > nowMs) traffic.length = 0;
  while (traffic.length > 0 && (traffic[0]?.startMs ?? 0) <= nowMs - WINDOW_MS) traffic.shift();
  const made = { startMs: nowMs, requests: 0, retries: 0 };
  traffic.push(made);
  return made;
}
