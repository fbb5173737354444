import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import type { GatewaySnapshot } from '../../config/snapshot.ts';
import { configCopyPath, readConfigCopy } from './config-copy.ts';
import type { SnapshotMaker } from './snapshot-maker.ts';

/** What a gateway begins with, and what readiness says as long as the database was not opened. */
export interface StartAlone {
  readonly snapshot: GatewaySnapshot;
  readonly warnings: readonly string[];
  readonly whileAway: string;
}

/** A start without the database: with the copy of its configuration that was kept last, else with what variables say. Throws ConfigError. */
export async function startAlone(bootstrap: BootstrapConfig, maker: SnapshotMaker): Promise<StartAlone> {
  const away = 'The database with the configuration is away';
  try {
    const kept = await readConfigCopy(bootstrap, maker);
    if (kept !== null) {
      const whileAway = `${away}; revision ${kept.snapshot.revision} of ${new Date(kept.keptAtMs).toISOString()}, the last one that was kept here, is in force.`;
      return { snapshot: kept.snapshot, warnings: [...kept.warnings, whileAway], whileAway };
    }
    const whileAway = `${away}, and no copy of it was kept here yet; only what variables say is in force.`;
    return { ...maker.fromStored({}, 0), whileAway };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const whileAway = `${away}, and the copy in ${configCopyPath(bootstrap)} cannot be used: ${reason} Only what variables say is in force.`;
    const { snapshot, warnings } = maker.fromStored({}, 0);
    return { snapshot, warnings: [...warnings, whileAway], whileAway };
  }
}
