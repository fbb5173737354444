import { ConfigWatcher } from '../config/config-watcher.ts';
import type { SnapshotHolder } from '../config/snapshot-holder.ts';
import type { Log } from '../observability/log.ts';
import type { SnapshotMaker } from './snapshot-maker.ts';

/** What has become of the changes of the configuration file. */
export interface ConfigStanding {
  /** Why the last change was not taken; null when it was. */
  readonly problem: () => string | null;
  readonly failures: () => number;
  stop(): void;
}

/** Takes changes of the configuration file in while the gateway serves. Without a file there is nothing to follow. */
export function followConfig(file: string | null, text: string, holder: SnapshotHolder, maker: SnapshotMaker, log: Log): ConfigStanding {
  let problem: string | null = null;
  let failures = 0;
  if (file === null) return { problem: () => null, failures: () => 0, stop: () => {} };
  const watcher = new ConfigWatcher(
    {
      file,
      holder,
      compile: (changed) => maker.fromText(changed),
      report: (result) => {
        problem = result.ok ? null : result.error.message;
        if (result.ok) return log.info(`The configuration was read anew: revision ${result.revision}.`);
        failures += 1;
        log.problem(`The changed configuration was not taken, the last good one stays in force. ${result.error.message}`);
      },
    },
    text,
  );
  return { problem: () => problem, failures: () => failures, stop: () => watcher.stop() };
}
