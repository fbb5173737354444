/** Polls until `probe` gives something other than false, null or undefined. Rejects at the deadline and names what was awaited. */
export async function waitFor<Value>(
  what: string,
  probe: () => Value | Promise<Value>,
  options: { readonly timeoutMs?: number; readonly intervalMs?: number; readonly describe?: () => string } = {},
): Promise<NonNullable<Exclude<Value, false>>> {
  const timeoutMs = options.timeoutMs ?? 5000;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<Value, false>>;
    if (performance.now() >= deadline) {
      const state = options.describe === undefined ? '' : ` The last state was: ${options.describe()}`;
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.${state}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 10));
  }
}
