import type { ControlServices } from '../control-services.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const LOG_LEVELS: readonly string[] = LEVELS;

export interface LogQuery {
  /** This level and what is graver. */
  readonly level?: string;
  /** Words that all have to stand in the line, whatever the case. */
  readonly q?: string;
  readonly limit?: number;
}

/** A line of the log: `level`, `time` in ISO 8601, `msg`, and what else it tells. */
export type LogLine = Readonly<Record<string, unknown>>;

const USUAL_LIMIT = 200;

/** The latest lines of this process's log, newest first. */
export function readLog(
  { recentLog }: Pick<ControlServices, 'recentLog'>,
  { level = 'trace', q = '', limit = USUAL_LIMIT }: LogQuery,
): readonly LogLine[] {
  const words = q.toLowerCase().split(/\s+/u);
  const lowest = LOG_LEVELS.indexOf(level);
  const meant: LogLine[] = [];
  for (const text of recentLog.lines().toReversed()) {
    if (meant.length === limit) break;
    const lower = text.toLowerCase();
    if (!words.every((word) => lower.includes(word))) continue;
    const line = JSON.parse(text) as LogLine;
    if (LOG_LEVELS.indexOf(String(line['level'])) >= lowest) meant.push(line);
  }
  return meant;
}
