import type { AttemptCell, AttemptCells } from '../../store/reports/attempt-cells.ts';
import type { TimeWindow } from './time-window.ts';

/** Attempts with one provider key. */
export interface KeyFigures {
  readonly provider: string;
  readonly key: string;
  readonly attempts: number;
  readonly success: number;
  readonly failure: number;
  /** By `2xx` and the like; `none`: no answer came. */
  readonly statusClasses: Readonly<Record<string, number>>;
  readonly avgDurationMs: number;
  /** Epoch ms of the exchange. */
  readonly lastAtMs: number;
  /** 0: no answer came. */
  readonly lastStatus: number;
}

/** Attempts by provider key in a stretch of time. */
export class KeyTally {
  readonly window: TimeWindow;
  /** False: more than was looked into; the oldest exchanges with several attempts are left out. */
  readonly isComplete: boolean;
  readonly #cells: ReadonlyMap<string, readonly AttemptCell[]>;

  constructor(window: TimeWindow, { cells, isComplete }: AttemptCells) {
    this.window = window;
    this.isComplete = isComplete;
    this.#cells = Map.groupBy(cells, ({ provider, keyId }) => `${provider ?? ''}/${keyId ?? ''}`);
  }

  /** The most used first. Calls without a key, as those of providers that need none, are left out. */
  list(): readonly KeyFigures[] {
    const figures = Array.from(this.#cells.values(), figuresOf).filter((key) => key !== null);
    return figures.toSorted((a, b) => b.attempts - a.attempts);
  }

  find(provider: string, key: string): KeyFigures | null {
    return figuresOf(this.#cells.get(`${provider}/${key}`) ?? []);
  }
}

function figuresOf(cells: readonly AttemptCell[]): KeyFigures | null {
  const [first] = cells;
  if (first === undefined || first.provider === null || first.keyId === null) return null;
  const statusClasses: Record<string, number> = {};
  let [attempts, success, durationMs, last] = [0, 0, 0, first];
  for (const cell of cells) {
    const word = cell.status === 0 ? 'none' : `${Math.floor(cell.status / 100)}xx`;
    statusClasses[word] = (statusClasses[word] ?? 0) + cell.attempts;
    attempts += cell.attempts;
    durationMs += cell.durationMs;
    if (cell.isOk) success += cell.attempts;
    if (cell.lastAtMs >= last.lastAtMs) last = cell;
  }
  return {
    provider: first.provider,
    key: first.keyId,
    attempts,
    success,
    failure: attempts - success,
    statusClasses,
    avgDurationMs: durationMs / attempts,
    lastAtMs: last.lastAtMs,
    lastStatus: last.status,
  };
}
