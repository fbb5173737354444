import type { FamilyDefinition } from './family-definition.ts';
import { LabelSets, type LabelledCell } from './label-sets.ts';
import { labelsOf, type Sample } from './scraped-metric.ts';

interface StateCell<State extends string> extends LabelledCell {
  readonly counts: Record<State, number>;
}

/**
 * Counts by one last label with a few known values, such as the state of a thing: each cell has a line for every value.
 * Several things under the same labels (`other`) add up.
 */
export class StateSets<State extends string> extends LabelSets<StateCell<State>> {
  readonly #family: FamilyDefinition;
  readonly #states: readonly State[];
  readonly #others: readonly string[];

  /** `label`: the one label of the family whose values are `states`. */
  constructor(family: FamilyDefinition, label: string, states: readonly State[]) {
    const others = family.labels.filter((name) => name !== label);
    const zeros = () => Object.fromEntries(states.map((state) => [state, 0])) as Record<State, number>;
    super(family, (values) => ({ values, counts: zeros() }), others, states.length);
    this.#family = family;
    this.#states = states;
    this.#others = others;
  }

  collect(): Sample[] {
    const samples: Sample[] = [];
    for (const cell of this.cells()) {
      const others = labelsOf(this.#others, cell.values);
      for (const state of this.#states) {
        const values = this.#family.labels.map((label) => others[label] ?? state);
        samples.push({ labels: labelsOf(this.#family.labels, values), value: cell.counts[state] });
      }
    }
    return samples;
  }
}
