import type { Log } from '../observability/log.ts';

const MOST_PER_MINUTE = 60;

/**
 * A defect in one place must not end the exchanges of everybody else: what nobody caught is logged (redacted) and the process goes on.
 * Many of them in a minute mean that its state cannot be trusted: then it ends, so that its supervisor starts it anew.
 */
export function surviveDefects(log: Log): void {
  let windowMs = 0;
  let count = 0;
  const onDefect = (error: unknown): void => {
    const nowMs = Date.now();
    if (nowMs - windowMs > 60_000) {
      windowMs = nowMs;
      count = 0;
    }
    count += 1;
    log.error('A defect was caught at the edge of the process; other requests go on.', { error });
    if (count > MOST_PER_MINUTE) {
      log.error(`More than ${MOST_PER_MINUTE} defects in a minute: the process ends to be started anew.`);
      process.exit(70);
    }
  };
  process.on('uncaughtException', onDefect);
  process.on('unhandledRejection', onDefect);
}
