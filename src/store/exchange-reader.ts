import type { Kysely } from 'kysely';
import type { ExchangeRecord } from '../domain/exchange-record.ts';
import type { ExchangeCursor } from './exchange-cursor.ts';
import { exchangeOfRow } from './exchange-of-row.ts';
import { narrowExchanges, type ExchangeCondition, type ExchangeConditions, type ExchangeFilter } from './reports/exchange-filter.ts';
import type { ExchangesTable, Tables } from './tables.ts';

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

const COLUMNS = [
  'id',
  'started_at',
  'duration_ms',
  'first_byte_ms',
  'status',
  'outcome',
  'error_code',
  'protocol',
  'method',
  'endpoint',
  'public_model',
  'provider',
  'upstream_model',
  'answered_model',
  'virtual_key_id',
  'key_id',
  'stream',
  'usage_input',
  'usage_cache_read',
  'usage_cache_write',
  'usage_output',
  'usage_reasoning',
  'usage_audio_input',
  'usage_audio_output',
  'usage_provenance',
  'cost_micro_usd',
  'price_version',
  'attempts',
  'client_request_id',
  'revision',
] as const satisfies readonly Exclude<keyof ExchangesTable, 'trace'>[];

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

  /** @param withTrace False: records have null for how it was decided, which may be long. */
  async list(filter: ExchangeFilter, limit: number, after: ExchangeCursor | null = null, withTrace = true): Promise<ExchangePage> {
    const rows = await this.#db
      .selectFrom('exchanges')
      .select(COLUMNS)
      .$if(withTrace, (query) => query.select('trace'))
      .where((where) => where.and([...narrowExchanges(where, filter), ...(after === null ? [] : behind(where, after))]))
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const items = rows.slice(0, limit).map((row) => exchangeOfRow({ trace: null, ...row }));
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? { startedAt: last.startedAt, id: last.id } : null };
  }

  /** How many there are, counted to `most` at most. */
  async count(filter: ExchangeFilter, most: number): Promise<number> {
    const { rows } = await this.#db
      .selectFrom((from) =>
        from
          .selectFrom('exchanges')
          .select('id')
          .where((where) => where.and(narrowExchanges(where, filter)))
          .limit(most)
          .as('counted'),
      )
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    return rows;
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
      .where((where) => where.and(narrowExchanges(where, filter)))
      .executeTakeFirstOrThrow();
    return { exchanges: sums.exchanges, costMicroUsd: sums.cost ?? 0, inputTokens: sums.input ?? 0, outputTokens: sums.output ?? 0 };
  }
}

/** The first condition says nothing that the second does not, but an index can use it. */
function behind(where: ExchangeConditions, { startedAt, id }: ExchangeCursor): ExchangeCondition[] {
  const isOlder = where.or([where('started_at', '<', startedAt), where('id', '<', id)]);
  return [where('started_at', '<=', startedAt), isOlder];
}
