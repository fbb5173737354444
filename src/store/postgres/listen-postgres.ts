import { Socket } from 'node:net';
import pg from 'pg';
import type { ServerDatabaseConfig } from '../../config/database-config.ts';
import { postgresOptions } from './postgres-options.ts';

const USE = { connectTimeoutMs: 5000, statementTimeoutMs: 5000 };
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/** A connection that only listens. It does not keep the process alive. */
export interface PostgresListener {
  stop(): void;
}

/**
 * Listens to what other processes tell on a channel, over a connection of its own that is made anew whenever it breaks. `onNews` is called for
 * each notification, and each time the connection stands (again): what was told before was missed.
 * @param channel A name that needs no quotes.
 */
export function listenPostgres(config: ServerDatabaseConfig, channel: string, onNews: () => void): PostgresListener {
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;
  let isStopped = false;
  const later = (): void => {
    client = null;
    if (isStopped || retry !== null) return;
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
    failures += 1;
    retry = setTimeout(connect, delayMs).unref();
  };
  const connect = (): void => {
    retry = null;
    const made = new pg.Client({ ...postgresOptions(config, USE), stream: () => new Socket().unref() });
    client = made;
    const giveUp = (): void => {
      if (client === made) later();
      void made.end().catch(() => undefined);
    };
    made.on('error', giveUp);
    made.on('end', giveUp);
    made.on('notification', onNews);
    made
      .connect()
      .then(() => made.query(`listen ${channel}`))
      .then(() => {
        failures = 0;
        onNews();
      }, giveUp);
  };
  connect();
  return {
    stop: () => {
      isStopped = true;
      if (retry !== null) clearTimeout(retry);
      void client?.end().catch(() => undefined);
    },
  };
}
