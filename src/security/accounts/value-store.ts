/** Small texts under a name, kept in the database. Every method is one transaction. */
export interface ValueStore {
  /** Null: there is none. */
  get(name: string): Promise<string | null>;
  put(name: string, value: string): Promise<void>;
  /** False, and nothing is changed, when there is one already. */
  putIfAbsent(name: string, value: string): Promise<boolean>;
  /** Deletes the value where it is exactly `expected`; false when it is not, also when another one was faster. */
  take(name: string, expected: string): Promise<boolean>;
}
