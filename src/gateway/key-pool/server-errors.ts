import type { KeyState, PoolState } from '../../ports/live-state.ts';

const WINDOW_MS = 10_000;
const MOST_SIGNS = 100;

/**
 * Notes a server error of one key. True when another key of the provider showed one for this model within 10 s: then the provider is
 * broken, not its keys, and their rests for this sign are lifted.
 */
export function noteServerError(pool: PoolState, state: KeyState, model: string, nowMs: number): boolean {
  const signs = pool.recent5xx;
  while (signs.length > 0 && ((signs[0]?.atMs ?? 0) < nowMs - WINDOW_MS || signs.length >= MOST_SIGNS)) signs.shift();
  signs.push({ atMs: nowMs, key: state.id, model });
  const isProviderWide = signs.some((sign) => sign.model === model && sign.key !== state.id);
  if (!isProviderWide) return false;
  for (const key of pool.keys.values()) {
    const perModel = key.models?.get(model);
    if (perModel?.rest?.kind === 'upstream-error') perModel.rest = null;
  }
  return true;
}
