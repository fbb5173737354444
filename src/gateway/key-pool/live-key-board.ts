import type { CompiledKey, CompiledProvider, GatewaySnapshot } from '../../config/snapshot.ts';
import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import type { EventFeed } from '../../ports/event-feed.ts';
import type { KeyBoard, KeyStanding, KeyStandingState, ProviderStanding } from '../../ports/key-board.ts';
import type { KeyState, LiveState, PoolState } from '../../ports/live-state.ts';
import type { PoolBinder } from './bound-pool.ts';
import { describeKey } from './describe-key.ts';
import { describeProvider } from './describe-provider.ts';
import { beginWindowsAnew } from './key-caps.ts';
import { keyStandingState } from './key-standing-state.ts';
import type { WaitingRoom } from './waiting-room.ts';

export interface KeyBoardParts {
  readonly currentSnapshot: () => GatewaySnapshot;
  readonly live: LiveState;
  readonly binder: PoolBinder;
  readonly room: WaitingRoom;
  readonly nowMs: () => number;
  readonly events: EventFeed;
}

interface FoundKey {
  readonly provider: CompiledProvider;
  readonly key: CompiledKey;
  readonly state: KeyState;
  readonly pool: PoolState;
}

/** The key board over live state and the snapshot of the moment. */
export class LiveKeyBoard implements KeyBoard {
  readonly #parts: KeyBoardParts;

  constructor(parts: KeyBoardParts) {
    this.#parts = parts;
  }

  providers(): readonly ProviderStanding[] {
    const { currentSnapshot, binder, nowMs } = this.#parts;
    const now = nowMs();
    return currentSnapshot().providers.map((provider) => describeProvider(binder.bind(provider), now));
  }

  list(provider: ProviderId): readonly KeyStanding[] {
    const now = this.#parts.nowMs();
    return this.#keysOf(provider).map((found) => describeKey(found.provider, found.key, found.state, found.pool, now));
  }

  find(provider: ProviderId, key: ProviderKeyId): KeyStanding | null {
    const found = this.#findKey(provider, key);
    return found === null ? null : describeKey(found.provider, found.key, found.state, found.pool, this.#parts.nowMs());
  }

  wake(provider: ProviderId, key: ProviderKeyId): boolean {
    return this.#change(provider, key, null, (state, nowMs) => {
      state.rest = null;
      state.models = null;
      state.rejections = 0;
      state.suspended = null;
      beginWindowsAnew(state, nowMs);
    });
  }

  suspend(provider: ProviderId, key: ProviderKeyId, reason: string): boolean {
    return this.#change(provider, key, reason, (state, nowMs) => {
      state.suspended = { sinceMs: nowMs, reason, nextProbeAtMs: Infinity, byPerson: true };
    });
  }

  #change(provider: ProviderId, key: ProviderKeyId, reason: string | null, change: (state: KeyState, nowMs: number) => void): boolean {
    const found = this.#findKey(provider, key);
    if (found === null) return false;
    const { live, room, events } = this.#parts;
    const nowMs = this.#parts.nowMs();
    const from = standingOf(found, nowMs);
    change(found.state, nowMs);
    const to = standingOf(found, nowMs);
    live.touched(found.pool);
    events.publish({ type: 'key', provider, key, model: null, from, to, kind: null, reason, untilMs: null });
    // Those who wait look again: a key is there, or one that they waited for will not come.
    room.notify(true);
    return true;
  }

  #findKey(provider: ProviderId, key: ProviderKeyId): FoundKey | null {
    return this.#keysOf(provider).find((found) => found.key.id === key) ?? null;
  }

  #keysOf(id: ProviderId): readonly FoundKey[] {
    const provider = this.#parts.currentSnapshot().providersById.get(id);
    if (provider === undefined) return [];
    const { keys, states, pool } = this.#parts.binder.bind(provider);
    return keys.flatMap((key, index) => {
      const state = states[index];
      return state === undefined ? [] : [{ provider, key, state, pool }];
    });
  }
}

function standingOf({ provider, key, state }: FoundKey, nowMs: number): KeyStandingState {
  return keyStandingState(provider.enabled && key.enabled, state, nowMs);
}
