import type { CompiledCaller, CompiledProvider, GatewaySnapshot } from './snapshot.ts';

/** What virtual keys can no longer do under a new configuration. */
export interface ConfigLosses {
  /** Virtual keys that were accepted and no longer are: removed, or disabled. */
  readonly refused: readonly string[];
  /** Public model → virtual keys that could ask for it and no longer can. */
  readonly models: ReadonlyMap<string, readonly string[]>;
  /** Provider that accepted any model → virtual keys that could use it and no longer can. */
  readonly anyModel: ReadonlyMap<string, readonly string[]>;
}

/** Compares what each virtual key may do before and after. Keys that are new, or were refused before, lose nothing. */
export function findLosses(before: GatewaySnapshot, after: GatewaySnapshot): ConfigLosses {
  const now = presentCallers(after);
  const refused: string[] = [];
  const models = new Map<string, string[]>();
  const anyModel = new Map<string, string[]>();
  for (const caller of presentCallers(before).values()) {
    if (!caller.enabled) continue;
    const next = now.get(caller.id);
    if (next === undefined || !next.enabled) {
      refused.push(caller.id);
      continue;
    }
    for (const model of modelsOf(before, caller)) if (!mayAsk(after, next, model)) add(models, model, caller.id);
    for (const provider of openProvidersOf(before, caller)) {
      if (!openProvidersOf(after, next).some(({ id }) => id === provider.id)) add(anyModel, provider.id, caller.id);
    }
  }
  return { refused, models, anyModel };
}

/** Each virtual key once: by its present secret, which stands before the one of old. */
function presentCallers({ callers }: GatewaySnapshot): ReadonlyMap<string, CompiledCaller> {
  const present = new Map<string, CompiledCaller>();
  for (const caller of callers.values()) if (!present.has(caller.id)) present.set(caller.id, caller);
  return present;
}

function modelsOf(snapshot: GatewaySnapshot, caller: CompiledCaller): readonly string[] {
  return [...snapshot.offers.keys()].filter((model) => mayAsk(snapshot, caller, model));
}

/** Somebody whom the caller may use lists the model. */
function mayAsk(snapshot: GatewaySnapshot, caller: CompiledCaller, model: string): boolean {
  if (caller.allowsModel?.(model) === false) return false;
  const offers = snapshot.offers.get(model as Parameters<typeof snapshot.offers.get>[0]) ?? [];
  return offers.some(({ provider }) => mayUse(caller, provider));
}

function openProvidersOf(snapshot: GatewaySnapshot, caller: CompiledCaller): readonly CompiledProvider[] {
  return snapshot.openProviders.filter((provider) => mayUse(caller, provider));
}

function mayUse(caller: CompiledCaller, provider: CompiledProvider): boolean {
  return caller.providers === null || caller.providers.has(provider.id);
}

function add(to: Map<string, string[]>, name: string, caller: string): void {
  const known = to.get(name);
  if (known === undefined) to.set(name, [caller]);
  else known.push(caller);
}
