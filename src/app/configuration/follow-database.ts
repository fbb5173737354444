import type { DatabaseConfig as DatabasePlace } from '../../config/database-config.ts';
import type { DatabaseConfig } from '../../control/config/database-config.ts';
import { CONFIG_CHANNEL } from '../../store/config/config-repository.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { ConfigFollower, ConfigStanding } from './opened-configuration.ts';

/** What another process changed is in force here after so long at the latest. */
const POLL_MS = 500;

export interface FollowedDatabase {
  readonly place: DatabasePlace;
  /** Settles when it could be opened. */
  readonly opened: Promise<{ readonly config: DatabaseConfig }>;
  /** What readiness says until then. */
  readonly whileAway: string;
}

/** Takes in what other processes change in the database: at once where it tells (PostgreSQL), else at the next look. */
export function followDatabase({ place, opened, whileAway }: FollowedDatabase, { holder, log, feed }: ConfigFollower): ConfigStanding {
  let failures = 0;
  let told: string | null = whileAway;
  const stopped = new AbortController();
  const tell = (problem: string | null): void => {
    if (problem === told || stopped.signal.aborted) return;
    if (problem !== null) {
      failures += 1;
      log.problem(problem);
    }
    feed.publish({ type: 'alert', about: 'config-refused', isOver: problem === null, message: problem ?? 'The configuration can be read again.' });
    told = problem;
  };
  void opened.then(
    ({ config }) => {
      told = null;
      config.serve(holder);
      const look = oneAtATime(async () => {
        try {
          await config.refresh();
          tell(config.problem);
        } catch {
          tell('The configuration cannot be read from the database; the last good one stays in force.');
        }
      });
      watch(place, () => void look(), stopped.signal);
    },
    (error: unknown) => tell(`The configuration in the database cannot be used: ${error instanceof Error ? error.message : String(error)}`),
  );
  return { problem: () => told, failures: () => failures, stop: () => stopped.abort() };
}

/** Looks twice a second, and whenever PostgreSQL tells of a revision, until the signal. Neither keeps the process alive. */
function watch(place: DatabasePlace, look: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  const poll = setInterval(look, POLL_MS).unref();
  signal.addEventListener('abort', () => clearInterval(poll));
  if (place.kind !== 'postgres') return;
  void import('../../store/postgres/listen-postgres.ts').then(({ listenPostgres }) => {
    if (signal.aborted) return;
    const listener = listenPostgres(place, CONFIG_CHANNEL, look);
    signal.addEventListener('abort', () => listener.stop());
  });
}
