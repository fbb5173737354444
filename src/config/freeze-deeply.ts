/** Freezes plain data, maps and sets with all that they hold, so that a test finds whoever writes to a snapshot. */
export function freezeDeeply<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value instanceof Map ? [...value.entries()].flat() : value) freezeDeeply(entry);
    // Freezing does not close the inside of a collection; its writers must be replaced.
    for (const name of ['set', 'add', 'delete', 'clear']) Object.defineProperty(value, name, { value: refuse });
  } else {
    for (const field of Object.values(value)) freezeDeeply(field);
  }
  return Object.freeze(value);
}

function refuse(): never {
  throw new TypeError('A snapshot cannot be changed; compile a new one.');
}
