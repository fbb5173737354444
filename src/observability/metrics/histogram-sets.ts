import type { FamilyDefinition } from './family-definition.ts';
import { HistogramCell } from './histogram-cell.ts';
import { LabelSets } from './label-sets.ts';
import { labelsOf, type Sample } from './scraped-metric.ts';

/** A histogram with labels. */
export class HistogramSets extends LabelSets<HistogramCell> {
  constructor(family: FamilyDefinition) {
    super(family, (values) => new HistogramCell(family.buckets ?? [], values));
  }

  /** Lines under the labels of `family`, which may be another family of the same labels and buckets. */
  collect(family: FamilyDefinition): Sample[] {
    return Array.from(this.cells(), (cell) => cell.collect(family.name, labelsOf(family.labels, cell.values))).flat();
  }
}
