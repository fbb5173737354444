import { setTimeout as pause } from 'node:timers/promises';
import { StoreAway } from '../../store/store-away.ts';

const RETRY_MS = 1000;

/** Does the work as soon as the database is there for all of it: it may go away again meanwhile. */
export async function untilBack<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
    }
    await pause(RETRY_MS, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) });
  }
}
