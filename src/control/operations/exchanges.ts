import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import { exchangeFilterOf, type ExchangeQuery } from './exchange-query.ts';
import { csvHead, csvLine } from './exchange-csv.ts';
import { readPlace, USUAL_LIMIT, writeNext, type TimePage, type TimePageQuery } from './list-cursor.ts';

export interface ExchangeListQuery extends ExchangeQuery, TimePageQuery {
  /** With how each was decided, which may be long. */
  readonly trace?: boolean;
}

/** An exchange as it is shown; in lists without its trace, unless that is asked for. No bodies are kept. */
export type ExchangeView = Omit<ExchangeRecord, 'trace'> & { readonly trace?: ExchangeRecord['trace'] };

export interface ExchangeExport {
  readonly rows: number;
  /** True: there are more, which are left out. */
  readonly isCut: boolean;
  readonly lines: AsyncIterable<string>;
}

const MOST_EXPORTED = 100_000;
const ROWS_AT_A_TIME = 500;

/** What went through the gateway, newest first. */
export class Exchanges {
  readonly #services: Pick<ControlServices, 'exchanges'>;
  readonly #mostExported: number;

  constructor(services: Pick<ControlServices, 'exchanges'>, mostExported = MOST_EXPORTED) {
    this.#services = services;
    this.#mostExported = mostExported;
  }

  /** @throws {OperationError} `invalid_field`. */
  async list({ limit = USUAL_LIMIT, cursor, trace = false, ...query }: ExchangeListQuery): Promise<TimePage<ExchangeView>> {
    const { items, next } = await this.#services.exchanges.list(exchangeFilterOf(query), limit, readPlace(cursor), trace);
    return { items: trace ? items : items.map(withoutTrace), next: writeNext(next) };
  }

  /** @throws {OperationError} `not_found`. */
  async get(id: string): Promise<ExchangeView> {
    const found = await this.#services.exchanges.find(id);
    if (found === null)
      throw new OperationError('not_found', `There is no exchange ${id} in the ledger; it may not be written yet, or no longer be kept.`);
    return found;
  }

  /** As lines of CSV, page by page as they are read. @throws {OperationError} `invalid_field`. */
  async exportCsv(query: ExchangeQuery, signal: AbortSignal): Promise<ExchangeExport> {
    const filter = exchangeFilterOf(query);
    const { exchanges } = this.#services;
    const counted = await exchanges.count(filter, this.#mostExported + 1);
    const rows = Math.min(counted, this.#mostExported);
    const lines = async function* lines(): AsyncGenerator<string> {
      yield csvHead();
      for (let left = rows, place = null; left > 0 && !signal.aborted;) {
        const page = await exchanges.list(filter, Math.min(left, ROWS_AT_A_TIME), place, false);
        if (page.items.length > 0) yield page.items.map(csvLine).join('');
        if (page.next === null) return;
        left -= page.items.length;
        place = page.next;
      }
    };
    return { rows, isCut: counted > rows, lines: lines() };
  }
}

function withoutTrace({ trace: _trace, ...view }: ExchangeRecord): ExchangeView {
  return view;
}
