import type { ExpressionBuilder, ExpressionWrapper, Kysely, SqlBool } from 'kysely';
import type { ExchangeRecord, Outcome } from '../domain/exchange-record.ts';
import type { ExchangeCursor } from './exchange-cursor.ts';
import { exchangeOfRow } from './exchange-of-row.ts';
import type { Tables } from './tables.ts';

/** Which exchanges are meant; what is absent does not narrow. */
export interface ExchangeFilter {
  /** Epoch ms: began then or later. */
  readonly fromMs?: number;
  /** Epoch ms: began before. */
  readonly beforeMs?: number;
  readonly provider?: string;
  readonly virtualKeyId?: string;
  readonly status?: number;
  readonly outcome?: Outcome;
  /** As the client named it or as the provider does. */
  readonly model?: string;
}

export interface ExchangePage {
  /** Newest first. */
  readonly items: readonly ExchangeRecord[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: ExchangeCursor | null;
}

export interface ExchangeTotals {
  readonly exchanges: number;
  readonly costMicroUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

type Condition = ExpressionWrapper<Tables, 'exchanges', SqlBool>;
type Conditions = ExpressionBuilder<Tables, 'exchanges'>;

/** Reads the ledger. Rows that come while somebody turns the pages move no other row to another page. */
export class ExchangeReader {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async find(id: string): Promise<ExchangeRecord | null> {
    const row = await this.#db.selectFrom('exchanges').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : exchangeOfRow(row);
  }

  async list(filter: ExchangeFilter, limit: number, after: ExchangeCursor | null = null): Promise<ExchangePage> {
    const rows = await this.#db
      .selectFrom('exchanges')
      .selectAll()
      .where((where) => where.and([...narrow(where, filter), ...(after === null ? [] : behind(where, after))]))
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const items = rows.slice(0, limit).map(exchangeOfRow);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? { startedAt: last.startedAt, id: last.id } : null };
  }

  /** Sums over all exchanges that are meant. */
  async total(filter: ExchangeFilter): Promise<ExchangeTotals> {
    const sums = await this.#db
      .selectFrom('exchanges')
      .select(({ fn }) => [
        fn.countAll<number>().as('exchanges'),
        fn.sum<number | null>('cost_micro_usd').as('cost'),
        fn.sum<number | null>('usage_input').as('input'),
        fn.sum<number | null>('usage_output').as('output'),
      ])
      .where((where) => where.and(narrow(where, filter)))
      .executeTakeFirstOrThrow();
    return { exchanges: sums.exchanges, costMicroUsd: sums.cost ?? 0, inputTokens: sums.input ?? 0, outputTokens: sums.output ?? 0 };
  }
}

function narrow(where: Conditions, filter: ExchangeFilter): Condition[] {
  const { fromMs, beforeMs, provider, virtualKeyId, status, outcome, model } = filter;
  return [
    fromMs === undefined ? null : where('started_at', '>=', fromMs),
    beforeMs === undefined ? null : where('started_at', '<', beforeMs),
    provider === undefined ? null : where('provider', '=', provider),
    virtualKeyId === undefined ? null : where('virtual_key_id', '=', virtualKeyId),
    status === undefined ? null : where('status', '=', status),
    outcome === undefined ? null : where('outcome', '=', outcome),
    model === undefined ? null : where.or([where('public_model', '=', model), where('upstream_model', '=', model)]),
  ].filter((condition) => condition !== null);
}

/** The first condition says nothing that the second does not, but an index can use it. */
function behind(where: Conditions, { startedAt, id }: ExchangeCursor): Condition[] {
  const isOlder = where.or([where('started_at', '<', startedAt), where('id', '<', id)]);
  return [where('started_at', '<=', startedAt), isOlder];
}
