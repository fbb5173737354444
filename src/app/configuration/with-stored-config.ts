import type { DatabaseConfig } from '../../control/config/database-config.ts';
import { OperationError } from '../../control/operation-error.ts';
import { Redactor } from '../../security/redactor.ts';
import { openControlStore, type ControlStore } from '../control/open-control-store.ts';
import { secretsOf } from '../secrets-of.ts';
import type { ServeOptions } from '../serve-options.ts';
import { openStoredConfig } from './open-stored-config.ts';
import { SnapshotMaker } from './snapshot-maker.ts';

export interface StoredConfig {
  readonly store: ControlStore;
  readonly config: DatabaseConfig;
}

/**
 * Works on the configuration in the database without serving; a gateway that runs on it notices within two seconds.
 * @throws {OperationError} `config_read_only` where a file is the configuration.
 */
export async function withStoredConfig<Result>(
  { bootstrap, environment }: Pick<ServeOptions, 'bootstrap' | 'environment'>,
  work: (opened: StoredConfig) => Promise<Result>,
): Promise<Result> {
  const { configFile } = bootstrap;
  if (configFile !== null)
    throw new OperationError('config_read_only', `The configuration is the file ${configFile}, not the database: change it there.`);
  const store = await openControlStore(bootstrap);
  try {
    const redactor = new Redactor();
    const config = await openStoredConfig({ store, maker: new SnapshotMaker(bootstrap, environment), redactor, onRevision: () => {} });
    redactor.setSecrets(secretsOf(config.snapshot, bootstrap));
    return await work({ store, config });
  } finally {
    await store.close();
  }
}
