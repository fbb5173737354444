// Entry of the ledger's thread: node:sqlite blocks its thread, and that must not be the one that serves requests.
import { parentPort, workerData } from 'node:worker_threads';
import { inspectDatabase } from '../inspect-database.ts';
import { StoreError } from '../store-error.ts';
import type { LedgerNews, LedgerOrder, LedgerThreadData } from './ledger-messages.ts';

const data = workerData as LedgerThreadData;
const port = parentPort;
if (port === null) throw new Error('ledger-worker.ts runs as a worker thread only.');
const tell = (news: LedgerNews): void => port.postMessage(news);

try {
  await inspectDatabase(data.database);
  tell({ kind: 'ready' });
  // Loaded late: the query builder takes longer to load than the gateway may take to start.
  const { LedgerRunner } = await import('./ledger-runner.ts');
  const runner = new LedgerRunner({ ...data, tell, nowMs: () => Date.now() });
  port.on('message', (order: LedgerOrder) => runner.accept(order));
  await runner.run();
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  tell({ kind: 'refused', sentence: error.message });
}
port.close();
