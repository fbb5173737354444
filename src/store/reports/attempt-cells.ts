import { sql, type Kysely } from 'kysely';
import type { AttemptRecord } from '../../domain/exchange-record.ts';
import type { Tables } from '../tables.ts';
import type { Buckets } from './exchange-series.ts';
import { bucketColumn } from './report-columns.ts';

/** Attempts with one provider key that came to the same end in the same stretch of time. */
export interface AttemptCell {
  readonly provider: string | null;
  readonly keyId: string | null;
  /** Beginning of the stretch in which the exchange began, epoch ms. */
  readonly t: number;
  readonly isOk: boolean;
  /** 0: no answer came. */
  readonly status: number;
  readonly attempts: number;
  /** Of all of them. */
  readonly durationMs: number;
  /** Epoch ms: when the latest of their exchanges began. */
  readonly lastAtMs: number;
}

export interface AttemptCells {
  readonly cells: readonly AttemptCell[];
  /** False: there were more exchanges with several attempts than are looked into; the oldest of them are left out. */
  readonly isComplete: boolean;
}

/** What stands between two attempts in their JSON. It may stand inside one too: then they are counted one by one, which comes to the same. */
const SEVERAL = '%},{%';
const MOST_LOOKED_INTO = 20_000;

/**
 * Attempts by key. Most exchanges have one attempt, which ended as the exchange did: those the database sums up. The others are read and
 * counted here.
 */
export async function readAttempts(
  db: Kysely<Tables>,
  window: { readonly fromMs: number; readonly beforeMs: number },
  buckets: Buckets,
): Promise<AttemptCells> {
  const several = await db
    .selectFrom('exchanges')
    .select([bucketColumn(buckets.bucketMs, buckets.offsetMs).as('bucket'), 'started_at', 'attempts'])
    .where('started_at', '>=', window.fromMs)
    .where('started_at', '<', window.beforeMs)
    .where('attempts', 'like', SEVERAL)
    .orderBy('started_at', 'desc')
    .limit(MOST_LOOKED_INTO)
    .execute();
  const single = await readSingle(db, window, buckets);
  const isComplete = several.length < MOST_LOOKED_INTO;
  return { cells: [...single, ...several.flatMap((row) => cellsOf(row.attempts, row.bucket, row.started_at))], isComplete };
}

async function readSingle(
  db: Kysely<Tables>,
  { fromMs, beforeMs }: { readonly fromMs: number; readonly beforeMs: number },
  { bucketMs, offsetMs }: Buckets,
): Promise<readonly AttemptCell[]> {
  const rows = await db
    .selectFrom('exchanges')
    .select(({ fn }) => [
      'provider',
      'key_id',
      'status',
      bucketColumn(bucketMs, offsetMs).as('bucket'),
      sql<number>`case when outcome = 'ok' then 1 else 0 end`.as('ok'),
      fn.countAll<number>().as('attempts'),
      fn.sum<number>('duration_ms').as('durationMs'),
      fn.max<number>('started_at').as('lastAtMs'),
    ])
    .where('started_at', '>=', fromMs)
    .where('started_at', '<', beforeMs)
    .where('attempts', 'not like', SEVERAL)
    .groupBy(['provider', 'key_id', 'status', 'bucket', 'ok'])
    .execute();
  return rows.map(({ key_id: keyId, bucket: t, ok, ...cell }) => ({ ...cell, keyId, t, isOk: ok === 1 }));
}

function cellsOf(text: string, t: number, startedAt: number): readonly AttemptCell[] {
  return (JSON.parse(text) as readonly AttemptRecord[]).map(({ provider, keyId, status, outcome, durationMs }) => ({
    provider,
    keyId,
    t,
    isOk: outcome === 'ok',
    status,
    attempts: 1,
    durationMs,
    lastAtMs: startedAt,
  }));
}
