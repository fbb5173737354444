import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { diffEntities } from '../config/config-diff.ts';
import { entitiesOf } from '../config/config-entities.ts';
import { findLosses } from '../config/config-losses.ts';
import { countOfChanges, describePlan } from '../config/describe-plan.ts';
import type { Environment } from '../config/expand-environment.ts';
import { SnapshotMaker } from './configuration/snapshot-maker.ts';

/** Two configurations as `serve` would read them. */
export interface PlanSides {
  readonly before: BootstrapConfig;
  readonly after: BootstrapConfig;
  readonly environment: Environment;
}

/** Tells, line by line, what a new configuration would change, and who loses what. Throws ConfigError for one that cannot be used. */
export function planConfiguration({ before, after, environment }: PlanSides): readonly string[] {
  const old = new SnapshotMaker(before, environment).first();
  const next = new SnapshotMaker(after, environment).first();
  const changes = diffEntities(entitiesOf(old.loaded.config), entitiesOf(next.loaded.config));
  if (changes.length === 0) return [`${next.loaded.source}: nothing would change.`];
  const lines = describePlan(changes, findLosses(old.snapshot, next.snapshot));
  return [`${old.loaded.source} → ${next.loaded.source}: ${countOfChanges(changes)}.`, ...lines];
}
