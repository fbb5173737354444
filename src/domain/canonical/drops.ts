import { FEATURES, type Feature, type FeatureNames } from './feature.ts';
import type { UnmappedField } from './canonical-request.ts';

/** Gathers what an encoder could not carry. */
export class Drops {
  readonly #features = new Set<Feature>();

  add(feature: Feature): void {
    this.#features.add(feature);
  }

  get features(): ReadonlySet<Feature> {
    return this.#features;
  }
}

/** What was dropped, in the client's spelling, each once: the features that its protocol has a name for, and the fields that only it has. */
export function droppedFields(features: Iterable<Feature>, names: FeatureNames, unmapped: readonly UnmappedField[]): string[] {
  const fields = new Set<string>();
  for (const feature of features) fields.add(names[feature] ?? feature);
  for (const { field } of unmapped) fields.add(field);
  return [...fields];
}

/** True for a feature without which the answer would be another one. */
export function isSubstance(feature: Feature): boolean {
  return FEATURES[feature] === 'substance';
}
