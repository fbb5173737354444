import { relative } from 'node:path';
import { applyFileServer } from '../../config/apply-file-server.ts';
import type { GatewayConfig } from '../../config/schema/gateway-config-schema.ts';
import { FileConfig } from '../../control/config/file-config.ts';
import type { ServeOptions } from '../serve-options.ts';
import { followConfig } from './follow-config.ts';
import type { ConfigStanding, OpenedConfiguration } from './opened-configuration.ts';
import { SnapshotMaker } from './snapshot-maker.ts';

/** The file is the configuration; the database is needed for accounts only, and not for the start. Throws ConfigError. */
export function openFileConfiguration(options: ServeOptions, file: string): OpenedConfiguration {
  const maker = new SnapshotMaker(options.bootstrap, options.environment);
  const { loaded, snapshot, text } = maker.first();
  const bootstrap = applyFileServer(options.bootstrap, loaded);
  let current: { config: GatewayConfig; revision: number } = { config: loaded.config, revision: snapshot.revision };
  let standing: ConfigStanding | null = null;
  const stopped = new AbortController();
  const config = new FileConfig({
    file: relative(process.cwd(), file).startsWith('..') ? file : relative(process.cwd(), file),
    current: () => current,
    problem: () => standing?.problem() ?? null,
  });
  const { promise: isListening, resolve: openControl, reject: giveUp } = Promise.withResolvers<void>();
  const control = isListening.then(async () => {
    // Behind the start: the query builder takes longer to load than the gateway may take to listen.
    const { openWhenBack } = await import('./open-when-back.ts');
    return { store: await openWhenBack(bootstrap, stopped.signal), config };
  });
  return {
    bootstrap,
    snapshot,
    warnings: [...bootstrap.warnings, ...loaded.warnings],
    control,
    openControl,
    follow: (follower) => {
      const compile = (changed: string): typeof snapshot => {
        const parsed = maker.parsed(changed);
        current = { config: parsed.loaded.config, revision: parsed.snapshot.revision };
        return parsed.snapshot;
      };
      const followed = followConfig(file, text, compile, follower);
      standing = {
        ...followed,
        stop: () => {
          followed.stop();
          stopped.abort();
          giveUp(new Error('The gateway stopped.'));
        },
      };
      return standing;
    },
  };
}
