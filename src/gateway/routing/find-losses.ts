import { isSubstance } from '../../domain/canonical/drops.ts';
import type { UnmappedField } from '../../domain/canonical/canonical-request.ts';
import type { Feature, FeatureNames } from '../../domain/canonical/feature.ts';

/** What a request asks for, in terms that hold for every protocol. */
export interface Wish {
  readonly features: ReadonlySet<Feature>;
  /** The client's own names of them. */
  readonly names: FeatureNames;
  /** Fields that only the client's protocol has. */
  readonly unmapped: readonly UnmappedField[];
}

/** What a target could not carry, in the client's spelling. */
export interface Losses {
  readonly hints: readonly string[];
  /** Without these the answer would be another one. */
  readonly substance: readonly string[];
  /** These mean something that one provider keeps. */
  readonly state: readonly string[];
}

/** How a request is told to a target that does not speak the client's protocol. */
export type TranslationPolicy = 'strict' | 'prefer-native' | 'lossy';

/** What would be lost on the way to a target that carries only these features. */
export function findLosses(wish: Wish, carried: ReadonlySet<Feature>): Losses {
  const hints = new Set<string>();
  const substance = new Set<string>();
  const state: string[] = [];
  for (const feature of wish.features) {
    if (!carried.has(feature)) (isSubstance(feature) ? substance : hints).add(wish.names[feature] ?? feature);
  }
  for (const { field, weight } of wish.unmapped) {
    if (weight === 'state') state.push(field);
    else (weight === 'substance' ? substance : hints).add(field);
  }
  return { hints: [...hints], substance: [...substance], state };
}

/** The fields for which a policy passes a target over; empty: it may serve. */
export function forbiddenLosses(losses: Losses, policy: TranslationPolicy): readonly string[] {
  switch (policy) {
    case 'strict':
      return [...losses.state, ...losses.substance, ...losses.hints];
    case 'prefer-native':
      return [...losses.state, ...losses.substance];
    case 'lossy':
      return losses.state;
  }
}
