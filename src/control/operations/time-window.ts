import { parseInstant } from '../../config/parse-instant.ts';
import { OperationError } from '../operation-error.ts';

export const PERIODS = ['24h', '7d', '30d'] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 24 * 3_600_000;
const PERIOD_MS: Readonly<Record<Period, number>> = { '24h': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS };

/** A stretch of time, as somebody asks for it. */
export interface WindowQuery {
  /** The latest of it; default 24h. Not together with `from`. */
  readonly period?: Period;
  /** Epoch ms, or an ISO date or date and time. */
  readonly from?: string;
  /** The same; default now. */
  readonly before?: string;
}

/** Epoch ms; the end is not part of it. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly beforeMs: number;
}

/** @throws {OperationError} `invalid_field`. */
export function windowOf({ period, from, before }: WindowQuery, nowMs: number): TimeWindow {
  if (period !== undefined && from !== undefined) throw wrongField('period', 'does not go with from');
  const beforeMs = readInstant('before', before) ?? nowMs;
  const fromMs = readInstant('from', from) ?? beforeMs - PERIOD_MS[period ?? '24h'];
  if (fromMs >= beforeMs) throw wrongField('from', 'must be earlier than before');
  return { fromMs, beforeMs };
}

/** Epoch ms from its digits, or from an ISO date or date and time; undefined stays so. @throws {OperationError} `invalid_field`. */
export function readInstant(path: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const instant = /^\d{1,15}$/u.test(text) ? Number(text) : parseInstant(text);
  if (instant === null) throw wrongField(path, 'must be epoch ms, or an ISO date or date and time');
  return instant;
}

export function wrongField(path: string, message: string): OperationError {
  return new OperationError('invalid_field', `${path} ${message}.`, { problems: [{ path, message }] });
}
