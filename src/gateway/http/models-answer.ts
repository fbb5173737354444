import type { CompiledProvider, GatewaySnapshot } from '../../config/snapshot.ts';

export type ModelListShape = 'openai' | 'anthropic' | 'gemini';

export interface ListedModel {
  readonly id: string;
  readonly ownedBy: string;
}

/** Release time of models that do not tell one; a constant, so that equal configurations answer equally. */
const CREATED = 1_677_610_602;

/** Every public model of the providers that pass the test, each name once, sorted. */
export function listModels(snapshot: GatewaySnapshot, includes: (provider: CompiledProvider) => boolean): readonly ListedModel[] {
  const owners = new Map<string, string>();
  for (const provider of snapshot.providers) {
    if (!provider.enabled || provider.kind !== 'llm' || !includes(provider)) continue;
    for (const name of provider.models.keys()) if (!owners.has(name)) owners.set(name, provider.id);
    if (!provider.acceptsAnyModel) continue;
    for (const name of provider.knownModels) if (!owners.has(name)) owners.set(name, provider.id);
  }
  return [...owners].map(([id, ownedBy]) => ({ id, ownedBy })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The list, or one model of it, in the shape that the client's protocol has; null when the one is not there. */
export function modelsBody(shape: ModelListShape, models: readonly ListedModel[], one: string | null): string | null {
  const entry = shapeEntry(shape);
  if (one !== null) {
    const found = models.find((model) => model.id === one);
    return found === undefined ? null : JSON.stringify(entry(found));
  }
  const data = models.map(entry);
  switch (shape) {
    case 'openai':
      return JSON.stringify({ object: 'list', data });
    case 'anthropic':
      return JSON.stringify({ data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null });
    case 'gemini':
      return JSON.stringify({ models: data });
  }
}

function shapeEntry(shape: ModelListShape): (model: ListedModel) => object {
  switch (shape) {
    case 'openai':
      return ({ id, ownedBy }) => ({ id, object: 'model', created: CREATED, owned_by: ownedBy });
    case 'anthropic':
      return ({ id }) => ({ type: 'model', id, display_name: id, created_at: new Date(CREATED * 1000).toISOString() });
    case 'gemini':
      return ({ id }) => ({
        name: `models/${id}`,
        displayName: id,
        supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
      });
  }
}
