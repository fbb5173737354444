import type { ProviderId, ProviderKeyId, VirtualKeyId } from '../domain/ids.ts';

/** Where something lives that a provider keeps for its clients (a stored response, a conversation): only the key that made it can find it again. */
export interface StateHome {
  readonly provider: ProviderId;
  readonly key: ProviderKeyId;
  /** Who made it; null: an anonymous caller. Nobody else may use it. */
  readonly caller: VirtualKeyId | null;
}

/** Remembers homes by the id that the provider gave. Bounded: the oldest are forgotten first. */
export interface StateHomes {
  remember(id: string, home: StateHome): void;
  /** Null: never heard of, or forgotten. */
  find(id: string): StateHome | null;
}
