import { describePlan } from '../../config/describe-plan.ts';
import type { ConfigChange } from '../../config/config-diff.ts';
import type { RevisionRecord } from '../../store/config/config-records.ts';
import type { Changed, ChangeReason, ConfigPlan, ConfigService } from '../config/config-service.ts';
import { OperationError } from '../operation-error.ts';
import type { Page } from './page.ts';

/** Which configuration is in force. */
export interface ConfigVersion {
  readonly revision: number;
  readonly source: ConfigService['source'];
  /** Why what is stored is not in force; null: it is. */
  readonly problem: string | null;
  /** Epoch ms at which the revision was made; null: there is none, or the source keeps no times. */
  readonly atMs: number | null;
}

/** What a reload found. */
export interface ReloadCounts {
  readonly revision: number;
  /** There was something new. */
  readonly isChanged: boolean;
  readonly problem: string | null;
  readonly providers: number;
  readonly providerKeys: number;
  readonly virtualKeys: number;
}

/** A revision in a list: how much it changed. */
export interface RevisionSummary extends Omit<RevisionRecord, 'changes'> {
  readonly changes: number;
}

/** A plan as answers tell it: `lines` says all of it for people. */
export interface ToldPlan {
  readonly revision: number;
  readonly changes: readonly ConfigChange[];
  readonly losses: {
    readonly refused: readonly string[];
    readonly models: Readonly<Record<string, readonly string[]>>;
    readonly anyModel: Readonly<Record<string, readonly string[]>>;
  };
  readonly lines: readonly string[];
}

const USUAL_LIMIT = 100;

/** What the configuration was, and the way back. */
export class ConfigHistory {
  readonly #config: ConfigService;

  constructor(config: ConfigService) {
    this.#config = config;
  }

  async version(): Promise<ConfigVersion> {
    const { source, problem } = this.#config;
    const { revision } = this.#config.view();
    const { items } = await this.#config.revisions(1, revision + 1);
    const [latest] = items;
    return { revision, source, problem, atMs: latest?.number === revision ? latest.atMs : null };
  }

  /** Takes in what another process changed, now and not within the second. */
  async reload(): Promise<ReloadCounts> {
    const isChanged = await this.#config.refresh();
    const { problem } = this.#config;
    const view = this.#config.view();
    const { revision } = view;
    const [providers, providerKeys, virtualKeys] = (['provider', 'provider-key', 'virtual-key'] as const).map((kind) => view.list(kind).length);
    return { revision, isChanged, problem, providers: providers ?? 0, providerKeys: providerKeys ?? 0, virtualKeys: virtualKeys ?? 0 };
  }

  /** Newest first. `cursor`: the number before which the page begins. */
  async list({ limit = USUAL_LIMIT, cursor }: { readonly limit?: number; readonly cursor?: number }): Promise<Page<RevisionSummary>> {
    const { items, next } = await this.#config.revisions(limit, cursor ?? null);
    const summaries = items.map(({ changes, ...record }): RevisionSummary => ({ ...record, changes: changes.length }));
    // Revisions are numbered without gaps, and none is ever removed.
    const total = this.#config.source.kind === 'database' ? this.#config.view().revision : 0;
    return { items: summaries, next: next === null ? null : String(next), total };
  }

  /** With what it changed. @throws {OperationError} `not_found`. */
  async get(number: number): Promise<RevisionRecord> {
    const { items } = await this.#config.revisions(1, number + 1);
    const [record] = items;
    if (record?.number !== number) throw new OperationError('not_found', `There is no revision ${number}.`);
    return record;
  }

  /** Makes the configuration what it was at a revision, as a new revision; 0: nothing. @throws {OperationError} */
  rollback(reason: ChangeReason, revision: number): Promise<Changed<null>> {
    return this.#config.rollback(reason, revision);
  }

  async planRollback(revision: number): Promise<ToldPlan> {
    return toldPlan(await this.#config.planRollback(revision));
  }
}

/** A plan fit for JSON, with its lines. */
export function toldPlan({ revision, changes, losses }: ConfigPlan): ToldPlan {
  const { refused, models, anyModel } = losses;
  const lines = changes.length === 0 ? ['Nothing would change.'] : describePlan(changes, losses);
  return { revision, changes, losses: { refused, models: Object.fromEntries(models), anyModel: Object.fromEntries(anyModel) }, lines };
}
