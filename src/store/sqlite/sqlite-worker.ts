// Entry of a thread that owns a file of SQLite: node:sqlite blocks its thread, and that must not be the one that serves requests.
import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteFile } from './open-sqlite-file.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteNews, SqliteOrder } from './sqlite-messages.ts';

const port = parentPort;
if (port === null) throw new Error('sqlite-worker.ts runs as a worker thread only.');
const tell = (news: SqliteNews): void => port.postMessage(news);

try {
  const file = await openSqliteFile(String(workerData));
  const connection = new SqliteConnection(file);
  port.on('message', (order: SqliteOrder) => {
    if (order.kind === 'statement') return execute(connection, order.sql, order.parameters);
    file.close();
    port.close();
  });
  tell({ kind: 'done', result: { rows: [] } });
} catch (error) {
  tell(failureOf(error));
  port.close();
}

function execute(connection: SqliteConnection, sql: string, parameters: readonly unknown[]): void {
  try {
    tell({ kind: 'done', result: connection.execute(sql, parameters) });
  } catch (error) {
    tell(failureOf(error));
  }
}

function failureOf(error: unknown): SqliteNews {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : null;
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error), errcode };
}
