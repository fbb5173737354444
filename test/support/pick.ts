/** The value at a path of parsed JSON; undefined where there is none. */
export function pick(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}

/** The same as text; empty where there is none. */
export function pickText(value: unknown, ...path: readonly (string | number)[]): string {
  const found = pick(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The same as a list; empty where there is none. */
export function pickList(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = pick(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}
