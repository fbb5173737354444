import type { ControlStore } from '../control/open-control-store.ts';
import { writeConfigCopy } from './config-copy.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Changes that come in a row are kept together. */
const DELAY_MS = 250;

export interface ConfigCopyKeeper {
  /** The configuration changed: it is kept a moment later. */
  touch(): void;
  /** Keeps what was not kept yet. */
  flush(): Promise<void>;
}

/** Keeps what is in force in a file, for a start while the database is away. */
export function keepConfigCopy(path: string, store: ControlStore, onProblem: (sentence: string) => void): ConfigCopyKeeper {
  let timer: NodeJS.Timeout | null = null;
  let told = '';
  const write = oneAtATime(async () => {
    try {
      await writeConfigCopy(path, store, Date.now());
      told = '';
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told) onProblem(`The configuration could not be kept in ${path}, for starts without the database: ${reason}`);
      told = reason;
    }
  });
  const due = (): Promise<void> => {
    timer = null;
    return write();
  };
  return {
    touch: () => {
      timer ??= setTimeout(() => void due(), DELAY_MS).unref();
    },
    flush: async () => {
      if (timer === null) return;
      clearTimeout(timer);
      await due();
    },
  };
}
