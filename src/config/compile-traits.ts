import type { PublicModel } from '../domain/ids.ts';
import type { ModelTraits } from '../domain/model-traits.ts';
import type { FindTraits } from '../domain/preset.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import type { CompiledModel, CompiledProvider, ModelCapability } from './snapshot.ts';

const CAPABILITIES: readonly ModelCapability[] = ['tools', 'images', 'jsonSchema', 'thinking'];

/** Names of clients' models that traits are kept for; beyond that many they are looked up anew. */
const MOST_KEPT = 1000;

/** Traits of a provider's models by protocol: made when they are first asked for, then kept, because translated requests ask each time. */
export function compileTraits(preset: string, listed: ReadonlyMap<PublicModel, CompiledModel>, findTraits: FindTraits): CompiledProvider['traitsOf'] {
  const ofListed = new Map<ProtocolName, Map<CompiledModel, ModelTraits>>();
  const ofOthers = new Map<ProtocolName, Map<string, ModelTraits>>();
  const make = (protocol: ProtocolName, model: CompiledModel): ModelTraits => mergeTraits(findTraits(preset, protocol, model.upstreamModel), model);
  return (protocol, model) => {
    // A model that nobody lists is made anew for each request, so its name is what is remembered.
    if (listed.get(model.publicModel) === model) return kept(mapAt(ofListed, protocol), model, listed.size, () => make(protocol, model));
    return kept(mapAt(ofOthers, protocol), model.upstreamModel, MOST_KEPT, () => make(protocol, model));
  };
}

/** What is known of a model by its name, and what the configuration and the price list say of it. */
export function mergeTraits(known: ModelTraits, model: CompiledModel): ModelTraits {
  const { capabilities, maxOutputTokens = known.maxOutputTokens } = model;
  if (capabilities === undefined) return maxOutputTokens === known.maxOutputTokens ? known : { ...known, maxOutputTokens };
  const lacks = new Set(CAPABILITIES.filter((capability) => !capabilities.has(capability)));
  return {
    ...known,
    maxOutputTokens,
    thinking: lacks.has('thinking') ? null : known.thinking,
    jsonSchema: known.jsonSchema && !lacks.has('jsonSchema'),
    lacks,
  };
}

function mapAt<Key, Value>(maps: Map<ProtocolName, Map<Key, Value>>, protocol: ProtocolName): Map<Key, Value> {
  const found = maps.get(protocol);
  if (found !== undefined) return found;
  const made = new Map<Key, Value>();
  maps.set(protocol, made);
  return made;
}

function kept<Key>(map: Map<Key, ModelTraits>, key: Key, most: number, make: () => ModelTraits): ModelTraits {
  const before = map.get(key);
  if (before !== undefined) return before;
  const made = make();
  if (map.size < most) map.set(key, made);
  return made;
}
