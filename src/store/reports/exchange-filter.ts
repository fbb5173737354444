import { sql, type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SqlBool } from 'kysely';
import type { Outcome } from '../../domain/exchange-record.ts';
import { containsText } from '../contains-text.ts';
import type { Tables } from '../tables.ts';

/** Which exchanges are meant; what is absent does not narrow. */
export interface ExchangeFilter {
  /** Epoch ms: began then or later. */
  readonly fromMs?: number;
  /** Epoch ms: began before. */
  readonly beforeMs?: number;
  readonly provider?: string;
  /** Null: those of anonymous callers. */
  readonly virtualKeyId?: string | null;
  /** The key that answered, or was the last to be tried. */
  readonly keyId?: string;
  readonly status?: number;
  /** 4: 400 to 499. */
  readonly statusClass?: number;
  readonly outcome?: Outcome;
  readonly stream?: boolean;
  readonly minDurationMs?: number;
  readonly minCostMicroUsd?: number;
  /** As the client named it or as the provider does. */
  readonly model?: string;
  /** An id, ours or the client's; unless it is a whole one of ours, also a part of either, or of a model's name. */
  readonly search?: string;
}

export type ExchangeCondition = ExpressionWrapper<Tables, 'exchanges', SqlBool> | RawBuilder<SqlBool>;
export type ExchangeConditions = ExpressionBuilder<Tables, 'exchanges'>;

const WHOLE_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u;
const SEARCHED_COLUMNS = ['id', 'client_request_id', 'public_model', 'upstream_model', 'answered_model'] as const;

/** The filter as conditions that all have to hold. */
export function narrowExchanges(where: ExchangeConditions, filter: ExchangeFilter): ExchangeCondition[] {
  const { fromMs, beforeMs, provider, virtualKeyId, keyId, status, statusClass, outcome, stream, minDurationMs, minCostMicroUsd, model, search } =
    filter;
  return [
    fromMs === undefined ? null : where('started_at', '>=', fromMs),
    beforeMs === undefined ? null : where('started_at', '<', beforeMs),
    provider === undefined ? null : where('provider', '=', provider),
    virtualKeyId === undefined ? null : where('virtual_key_id', virtualKeyId === null ? 'is' : '=', virtualKeyId),
    keyId === undefined ? null : where('key_id', '=', keyId),
    status === undefined ? null : where('status', '=', status),
    statusClass === undefined ? null : where.and([where('status', '>=', statusClass * 100), where('status', '<', (statusClass + 1) * 100)]),
    outcome === undefined ? null : where('outcome', '=', outcome),
    stream === undefined ? null : where('stream', '=', stream ? 1 : 0),
    minDurationMs === undefined ? null : where('duration_ms', '>=', minDurationMs),
    minCostMicroUsd === undefined ? null : where('cost_micro_usd', '>=', minCostMicroUsd),
    model === undefined ? null : where.or([where('public_model', '=', model), where('upstream_model', '=', model)]),
    search === undefined ? null : isFound(where, search),
  ].filter((condition) => condition !== null);
}

/** A whole id is looked up; anything else has to be looked for in every row. */
function isFound(where: ExchangeConditions, search: string): ExchangeCondition {
  const id = search.toLowerCase();
  if (WHOLE_ID.test(id)) return where.or([where('id', '=', id), where('client_request_id', '=', search)]);
  return where.or(SEARCHED_COLUMNS.map((column) => containsText(column, search)));
}

/** Only these, of the values that a column may have; null is one of them. */
export function isOneOf(column: string, values: readonly (string | null)[]): RawBuilder<SqlBool> {
  const texts = values.filter((value) => value !== null);
  const isListed = texts.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`${sql.ref(column)} in (${sql.join(texts)})`;
  return values.includes(null) ? sql<SqlBool>`(${isListed} or ${sql.ref(column)} is null)` : isListed;
}
