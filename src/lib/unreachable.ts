/** Marks a branch that the types rule out; reached only when a value lied about its type. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${String(value)}`);
}
