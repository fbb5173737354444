/** One metric family as data: what /metrics says of it, and what docs/reference/metrics.md is made of. */
export interface FamilyDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Those of `labels` whose values come from outside the code; they become `other` once the family is full. */
  readonly variable?: readonly string[];
  /** Upper bounds of a histogram, ascending, without +Inf; in the unit that the name says. */
  readonly buckets?: readonly number[];
}
