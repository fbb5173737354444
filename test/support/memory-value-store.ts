import type { ValueStore } from '../../src/security/accounts/value-store.ts';

/** Values in memory, under the same rules as in a database. */
export class MemoryValueStore implements ValueStore {
  readonly values = new Map<string, string>();

  async get(name: string): Promise<string | null> {
    return this.values.get(name) ?? null;
  }
  async put(name: string, value: string): Promise<void> {
    this.values.set(name, value);
  }
  async putIfAbsent(name: string, value: string): Promise<boolean> {
    if (this.values.has(name)) return false;
    this.values.set(name, value);
    return true;
  }
  async take(name: string, expected: string): Promise<boolean> {
    return this.values.get(name) === expected && this.values.delete(name);
  }
}
