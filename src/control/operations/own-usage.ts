import { parseInstant } from '../../config/parse-instant.ts';
import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import { may } from '../console-auth/may.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import { Exchanges, type ExchangeListQuery } from './exchanges.ts';
import type { TimePage } from './list-cursor.ts';
import { ExchangeStats, type Stats, type TopMember } from './stats.ts';
import { wrongField, type WindowQuery } from './time-window.ts';

/** A virtual key as its holder sees it. */
export interface OwnKeyView {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Epoch ms; null: it does not expire. */
  readonly expiresAtMs: number | null;
  /** Public models that it may ask for, with `*`; null: all. */
  readonly models: readonly string[] | null;
  readonly providers: readonly string[] | null;
  readonly limits: Readonly<Record<string, number>>;
}

export interface OwnUsage extends Stats {
  /** Those with the most exchanges. */
  readonly models: readonly TopMember[];
}

/** An exchange as the holder of the virtual key sees it: nothing of the keys and attempts that served it. */
export type OwnExchangeView = Pick<
  ExchangeRecord,
  | 'id'
  | 'startedAt'
  | 'durationMs'
  | 'firstByteMs'
  | 'status'
  | 'outcome'
  | 'errorCode'
  | 'protocol'
  | 'endpoint'
  | 'publicModel'
  | 'stream'
  | 'usage'
  | 'costMicroUsd'
  | 'clientRequestId'
>;

export type OwnExchangeQuery = Pick<ExchangeListQuery, 'limit' | 'cursor' | 'from' | 'before' | 'model' | 'status' | 'outcome' | 'stream'>;

type OwnUsageServices = Pick<ControlServices, 'exchanges' | 'reports' | 'config' | 'nowMs'>;

/** What a virtual key used itself. Whose usage is meant comes from who asks; only users who may see all virtual keys name one. */
export class OwnUsages {
  readonly #services: OwnUsageServices;
  readonly #exchanges: Exchanges;
  readonly #stats: ExchangeStats;

  constructor(services: OwnUsageServices) {
    this.#services = services;
    this.#exchanges = new Exchanges(services);
    this.#stats = new ExchangeStats(services);
  }

  /** @throws {OperationError} `forbidden`, `not_found`, `invalid_field`. */
  key(principal: Principal, named: string | undefined): OwnKeyView {
    const { id, body } = this.#find(principal, named);
    const expiresAt = typeof body['expiresAt'] === 'string' ? parseInstant(body['expiresAt']) : null;
    return {
      id,
      name: typeof body['name'] === 'string' ? body['name'] : id,
      enabled: body['enabled'] !== false,
      expiresAtMs: expiresAt,
      models: (body['models'] ?? null) as readonly string[] | null,
      providers: (body['providers'] ?? null) as readonly string[] | null,
      limits: (body['limits'] ?? {}) as Readonly<Record<string, number>>,
    };
  }

  /** @throws {OperationError} */
  async usage(principal: Principal, named: string | undefined, window: WindowQuery): Promise<OwnUsage> {
    const { id } = this.#find(principal, named);
    const query = { ...window, virtualKey: id };
    const stats = await this.#stats.overview(query);
    const { items } = await this.#stats.top({ ...query, by: 'model' });
    return { ...stats, models: items };
  }

  /** @throws {OperationError} */
  async exchanges(principal: Principal, named: string | undefined, query: OwnExchangeQuery): Promise<TimePage<OwnExchangeView>> {
    const { id } = this.#find(principal, named);
    const { items, next } = await this.#exchanges.list({ ...query, virtualKey: id });
    return { items: items.map(viewOf), next };
  }

  #find(principal: Principal, named: string | undefined): { readonly id: string; readonly body: Readonly<Record<string, unknown>> } {
    const id = ownIdOf(principal, named);
    const entity = this.#services.config.view().find('virtual-key', id);
    if (entity === undefined) throw new OperationError('not_found', `There is no virtual key ${id}.`);
    return { id, body: entity.body };
  }
}

function ownIdOf(principal: Principal, named: string | undefined): string {
  if (principal.kind === 'virtual-key') {
    if (named !== undefined) throw new OperationError('forbidden', 'A virtual key sees its own usage and names no other.');
    return principal.id;
  }
  if (!may(principal, 'virtual-keys:read')) throw new OperationError('forbidden', 'This is for virtual keys.');
  if (named === undefined) throw new OperationError('forbidden', 'This is what a virtual key used; users name the one they mean with ?virtualKey=.');
  if (named === '') throw wrongField('virtualKey', 'must name a virtual key');
  return named;
}

function viewOf(record: Omit<ExchangeRecord, 'trace'>): OwnExchangeView {
  const { id, startedAt, durationMs, firstByteMs, status, outcome, errorCode, protocol, endpoint, publicModel, stream, usage, costMicroUsd } = record;
  const shown = { id, startedAt, durationMs, firstByteMs, status, outcome, errorCode, protocol, endpoint, publicModel, stream, usage, costMicroUsd };
  return { ...shown, clientRequestId: record.clientRequestId };
}
