// Preloaded into a process that shall die before its nth write, whichever that is: to a file, or to a database on SQLite's thread.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';

const FATAL = Number(process.env['KILL_AT_WRITE']);
const WRITES = /^\s*(?:insert|update|delete|begin|commit)\b/i;
let writes = 0;

function count(): void {
  writes += 1;
  if (writes === FATAL) process.kill(process.pid, 'SIGKILL');
}

/** The same function, which counts before it works. */
function counted<Args extends unknown[], Result>(work: (...args: Args) => Result): (...args: Args) => Result {
  return function (this: unknown, ...args: Args): Result {
    count();
    return work.apply(this, args);
  };
}

if (isMainThread) {
  for (const name of ['writeSync', 'writeFileSync', 'linkSync', 'renameSync', 'unlinkSync'] as const)
    Object.assign(fs, { [name]: counted(fs[name] as (...args: unknown[]) => unknown) });
  syncBuiltinESMExports();
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, order: unknown, ...rest: []): void {
    if (typeof order === 'object' && order !== null && 'sql' in order && WRITES.test(String(order.sql))) count();
    post.call(this, order, ...rest);
  };
}
