import type { FamilyDefinition } from './family-definition.ts';
import { LabelSets, type LabelledCell } from './label-sets.ts';
import { labelsOf, type Sample } from './scraped-metric.ts';

export interface CounterCell extends LabelledCell {
  value: number;
}

/** A counter, or a gauge that is counted up and down. */
export class CounterSets extends LabelSets<CounterCell> {
  constructor(family: FamilyDefinition) {
    super(family, (values) => ({ values, value: 0 }));
  }

  /** Lines under the labels of `family`, which may be another family of the same labels. */
  collect(family: FamilyDefinition): Sample[] {
    return Array.from(this.cells(), (cell) => ({ labels: labelsOf(family.labels, cell.values), value: cell.value }));
  }
}
