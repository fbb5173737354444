import { ConfigWatcher } from '../../config/config-watcher.ts';
import type { GatewaySnapshot } from '../../config/snapshot.ts';
import type { ConfigFollower, ConfigStanding } from './opened-configuration.ts';

/** Takes changes of the configuration file in while the gateway serves. `text` is what the snapshot in force was compiled from. */
export function followConfig(
  file: string,
  text: string,
  compile: (text: string) => GatewaySnapshot,
  { holder, log, feed }: ConfigFollower,
): ConfigStanding {
  let problem: string | null = null;
  let failures = 0;
  const watcher = new ConfigWatcher(
    {
      file,
      holder,
      compile,
      report: (result) => {
        problem = result.ok ? null : result.error.message;
        if (result.ok) {
          feed.publish({ type: 'config', revision: result.revision, author: null, summary: 'the file was changed' });
          return log.info(`The configuration was read anew: revision ${result.revision}.`);
        }
        failures += 1;
        feed.publish({ type: 'alert', about: 'config-refused', isOver: false, message: 'The changed configuration file was not taken.' });
        log.problem(`The changed configuration was not taken, the last good one stays in force. ${result.error.message}`);
      },
    },
    text,
  );
  return { problem: () => problem, failures: () => failures, stop: () => watcher.stop() };
}
