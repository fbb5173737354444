import { join } from 'node:path';
import type { GatewaySnapshot } from '../config/snapshot.ts';
import type { ProviderId, ProviderKeyId } from '../domain/ids.ts';
import { systemClock } from '../lib/system-clock.ts';
import type { Log } from '../observability/log.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { StateHomes } from '../ports/state-homes.ts';
import { LiveStateFile } from '../state/memory/live-state-file.ts';
import { MemoryLiveState } from '../state/memory/memory-live-state.ts';
import { MemoryStateHomes } from '../state/memory/memory-state-homes.ts';
import { StateHomesFile } from '../state/memory/state-homes-file.ts';

export interface OpenedLiveState {
  readonly live: LiveState;
  readonly homes: StateHomes;
  /** Writes what a restart shall find, before the process ends. */
  readonly save: () => void;
}

/** What one process knows of keys and stored answers, as far as it survived the last stop. */
export function openLiveState(dataDir: string, snapshot: GatewaySnapshot, log: Log): OpenedLiveState {
  const onProblem = (sentence: string): void => log.problem(sentence);
  const stateFile = new LiveStateFile(join(dataDir, 'live-state.json'), onProblem);
  const live: MemoryLiveState = new MemoryLiveState(() => stateFile.touched(live));
  stateFile.restore(live, systemClock.nowMs());
  live.retain(keysOf(snapshot));
  const homesFile = new StateHomesFile(join(dataDir, 'state-homes.jsonl'), onProblem);
  const homes = new MemoryStateHomes((id, home) => homesFile.add(id, home));
  homesFile.restore(homes);
  const save = (): void => {
    stateFile.touched(live);
    stateFile.save(live);
    homesFile.close();
  };
  return { live, homes, save };
}

/** Keys by provider, as live state keeps them. */
export function keysOf(snapshot: GatewaySnapshot): ReadonlyMap<ProviderId, ReadonlySet<ProviderKeyId>> {
  return new Map(snapshot.providers.map((provider) => [provider.id, new Set(provider.keys.map((key) => key.id))]));
}
