import type { GatewaySnapshot } from './snapshot.ts';

export type SnapshotListener = (current: GatewaySnapshot, previous: GatewaySnapshot) => void;

/** The snapshot in force. An exchange reads `current` once and keeps what it read; a swap changes it for the next one. */
export class SnapshotHolder {
  #current: GatewaySnapshot;
  readonly #listeners = new Set<SnapshotListener>();

  constructor(first: GatewaySnapshot) {
    this.#current = first;
  }

  get current(): GatewaySnapshot {
    return this.#current;
  }

  swap(next: GatewaySnapshot): void {
    const previous = this.#current;
    this.#current = next;
    for (const listener of this.#listeners) listener(next, previous);
  }

  /** Calls the listener after each swap; the answer ends that. */
  subscribe(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
