import type { DatabaseConfig } from '../../control/config/database-config.ts';
import type { Redactor } from '../../security/redactor.ts';
import { StoreAway } from '../../store/store-away.ts';
import type { ControlStore } from '../control/open-control-store.ts';
import type { ServeOptions } from '../serve-options.ts';
import { configCopyPath } from './config-copy.ts';
import { followDatabase } from './follow-database.ts';
import { importDataFile } from './import-data-file.ts';
import { keepConfigCopy, type ConfigCopyKeeper } from './keep-config-copy.ts';
import { openStoredConfig } from './open-stored-config.ts';
import { openStoreFor } from './open-when-back.ts';
import type { ConfigFollower, OpenedConfiguration } from './opened-configuration.ts';
import { SnapshotMaker } from './snapshot-maker.ts';
import { untilBack } from './until-back.ts';
import { startAlone, type StartAlone } from './start-alone.ts';

interface Opened {
  readonly store: ControlStore;
  readonly config: DatabaseConfig;
}

function startOf({ snapshot }: DatabaseConfig): StartAlone {
  return { snapshot, warnings: [], whileAway: 'The database with the configuration is away.' };
}

/**
 * The database is the configuration, with what variables add to it. One that is away does not keep the gateway from starting with what was last
 * known of it; what it holds comes into force when it is back.
 * @throws {ConfigError | StoreError | SealError}
 */
export async function openDatabaseConfiguration(options: ServeOptions, redactor: Redactor): Promise<OpenedConfiguration> {
  const { bootstrap, environment } = options;
  const maker = new SnapshotMaker(bootstrap, environment);
  let follower: ConfigFollower | null = null;
  let imported: string | null = null;
  let keeper: ConfigCopyKeeper | null = null;
  const open = async (store: ControlStore): Promise<Opened> => {
    const config = await openStoredConfig({
      store,
      maker,
      redactor,
      onRevision: (revision, reason) => {
        const author = reason?.actor.name ?? null;
        follower?.log.info(`Revision ${revision} of the configuration is in force${reason === null ? '' : `: ${reason.summary}`}.`);
        follower?.feed.publish({ type: 'config', revision, author, summary: reason?.summary ?? 'another process changed it' });
        keeper?.touch();
      },
    });
    if (bootstrap.dataFile !== null) imported = await importDataFile({ store, config }, bootstrap.dataFile);
    const kept = keepConfigCopy(configCopyPath(bootstrap), store, (sentence) => follower?.log.problem(sentence));
    kept.touch();
    keeper = kept;
    const close = async (): Promise<void> => {
      await kept.flush();
      await store.close();
    };
    return { store: { ...store, close }, config };
  };
  const openNow = (): Promise<Opened> => openStoreFor(bootstrap, open);
  const stopped = new AbortController();
  const first = await openNow().catch((error: unknown) => {
    if (error instanceof StoreAway) return null;
    throw error;
  });
  const control = first === null ? untilBack(openNow, stopped.signal) : Promise.resolve(first);
  const { snapshot, warnings, whileAway } = first === null ? await startAlone(bootstrap, maker) : startOf(first.config);
  return {
    bootstrap,
    snapshot,
    warnings: [...bootstrap.warnings, ...warnings, ...(imported === null ? [] : [imported])],
    control,
    openControl: () => {},
    follow: (asked) => {
      follower = asked;
      const standing = followDatabase({ place: bootstrap.database, opened: control, whileAway }, asked);
      return {
        ...standing,
        stop: () => {
          standing.stop();
          stopped.abort();
        },
      };
    },
  };
}
