import type { Outcome } from '../../domain/exchange-record.ts';
import type { ExchangeFilter } from '../../store/reports/exchange-filter.ts';
import { readInstant, wrongField } from './time-window.ts';

/** What narrows exchanges, as somebody asks for it. */
export interface ExchangeQuery {
  readonly from?: string;
  readonly before?: string;
  readonly provider?: string;
  readonly model?: string;
  /** `-`: anonymous callers. */
  readonly virtualKey?: string;
  /** As `k-1`, or with its provider as `openai/k-1`. */
  readonly key?: string;
  /** As `429` or `4xx`. */
  readonly status?: string;
  readonly outcome?: Outcome;
  readonly stream?: boolean;
  readonly minDurationMs?: number;
  readonly minCostMicroUsd?: number;
  readonly q?: string;
}

/** Names what is anonymous in addresses, where an empty text would be none. */
export const ANONYMOUS = '-';

/** @throws {OperationError} `invalid_field`. */
export function exchangeFilterOf(query: ExchangeQuery): ExchangeFilter {
  const { model, outcome, stream, minDurationMs, minCostMicroUsd, virtualKey } = query;
  const search = query.q?.trim() ?? '';
  const [fromMs, beforeMs] = [readInstant('from', query.from), readInstant('before', query.before)];
  return {
    ...given({ fromMs, beforeMs, model, outcome, stream, minDurationMs, minCostMicroUsd }),
    ...keyOf(query),
    ...(virtualKey === undefined ? {} : { virtualKeyId: virtualKey === ANONYMOUS ? null : virtualKey }),
    ...(query.status === undefined ? {} : statusOf(query.status)),
    ...(search === '' ? {} : { search }),
  };
}

type Given<Fields> = { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Without what is undefined. */
function given<Fields extends object>(fields: Fields): Given<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
}

function keyOf({ provider, key }: ExchangeQuery): Pick<ExchangeFilter, 'provider' | 'keyId'> {
  const slash = key?.indexOf('/') ?? -1;
  if (key === undefined || slash === -1) return given({ provider, keyId: key });
  const owner = key.slice(0, slash);
  if (provider !== undefined && provider !== owner) throw wrongField('key', `is none of the provider ${provider}`);
  return { provider: owner, keyId: key.slice(slash + 1) };
}

function statusOf(text: string): Pick<ExchangeFilter, 'status' | 'statusClass'> {
  if (/^[1-5]xx$/iu.test(text)) return { statusClass: Number(text[0]) };
  if (/^\d{1,3}$/u.test(text)) return { status: Number(text) };
  throw wrongField('status', 'must be as 429 or 4xx');
}
