import { ConfigError } from '../../config/config-error.ts';
import { configOfEntities, type ConfigEntity } from '../../config/config-entities.ts';
import { diffEntities, type ConfigChange } from '../../config/config-diff.ts';
import { findLosses } from '../../config/config-losses.ts';
import type { GatewayConfig } from '../../config/schema/gateway-config-schema.ts';
import type { SnapshotHolder } from '../../config/snapshot-holder.ts';
import type { GatewaySnapshot } from '../../config/snapshot.ts';
import { SealError } from '../../security/sealing/seal-error.ts';
import type { SecretSealer } from '../../security/sealing/secret-sealer.ts';
import type { StoredChange, StoredEntity } from '../../store/config/config-records.ts';
import type { ConfigRepository } from '../../store/config/config-repository.ts';
import type { ConfigTransaction } from '../../store/config/config-transaction.ts';
import { OperationError } from '../operation-error.ts';
import { ConfigDraft, type DraftChange } from './config-draft.ts';
import type { Changed, ChangeReason, ConfigPlan, ConfigService, RevisionPage, SealableEntity } from './config-service.ts';
import { ConfigView, type ViewedEntity } from './config-view.ts';
import { openBody, openSealedParts, sealBody } from './entity-sealing.ts';
import { refusalOfConfig } from './refusal-of-config.ts';
import { requireSecretsAgain } from './require-secrets-again.ts';
import { entitiesAt } from './entities-at.ts';

/** A configuration with what the environment adds to it, compiled. */
export interface CompiledConfig {
  readonly snapshot: GatewaySnapshot;
  /** Things that come from variables: shown, and not changed here. */
  readonly environment: readonly ConfigEntity[];
}

/** One change as it was made, for the audit log: written with it or not at all. */
export interface ConfigAudit {
  (transaction: ConfigTransaction, reason: ChangeReason, changes: readonly DraftChange[]): Promise<void>;
}

export interface DatabaseConfigParts {
  readonly repository: ConfigRepository;
  readonly sealer: SecretSealer;
  /** Checks and compiles. Throws ConfigError. */
  readonly compile: (config: GatewayConfig, revision: number) => CompiledConfig;
  readonly audit: ConfigAudit;
  /** Told of each revision that came into force here; `reason` is null for those of other processes. */
  readonly onRevision: (revision: number, reason: ChangeReason | null) => void;
  readonly nowMs: () => number;
}

interface State {
  readonly view: ConfigView;
  readonly snapshot: GatewaySnapshot;
}

const MOST_SUMMARY = 191;
const MOST_TRIES = 50;
/** What the environment adds stands behind what is stored, as it does when it is compiled. */
const BEHIND_ALL = 2 ** 40;

/** The configuration that lives in the database. */
export class DatabaseConfig implements ConfigService {
  readonly source = { kind: 'database' } as const;
  readonly #parts: DatabaseConfigParts;
  #state: State;
  #holder: SnapshotHolder | null = null;
  #problem: string | null = null;
  /** Settles when the last change that was asked for here is done. */
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(parts: DatabaseConfigParts, state: State) {
    this.#parts = parts;
    this.#state = state;
  }

  /** Reads what is stored. @throws {ConfigError | SealError} when it cannot be used. */
  static async open(parts: DatabaseConfigParts): Promise<DatabaseConfig> {
    const { revision, entities } = await parts.repository.load();
    return new DatabaseConfig(parts, makeState(parts, await viewStored(parts.sealer, entities), revision));
  }

  get snapshot(): GatewaySnapshot {
    return this.#state.snapshot;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** From now on each revision goes to the holder. */
  serve(holder: SnapshotHolder): void {
    this.#holder = holder;
    if (holder.current !== this.#state.snapshot) holder.swap(this.#state.snapshot);
  }

  view(): ConfigView {
    return this.#state.view;
  }

  change<Result>(reason: ChangeReason, edit: (draft: ConfigDraft) => Result): Promise<Changed<Result>> {
    return this.#write(reason, edit);
  }

  async plan(edit: (draft: ConfigDraft) => void): Promise<ConfigPlan> {
    await this.refresh();
    const { view, snapshot } = this.#state;
    const draft = new ConfigDraft(view);
    edit(draft);
    const next = this.#check(draft, this.#state, view.revision);
    return { revision: view.revision, changes: diffOf(draft.changes()), losses: findLosses(snapshot, next.snapshot) };
  }

  async revisions(limit: number, before: number | null): Promise<RevisionPage> {
    const found = await this.#parts.repository.listRevisions(limit + 1, before);
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? (items.at(-1)?.number ?? null) : null };
  }

  async rollback(reason: ChangeReason, revision: number): Promise<Changed<null>> {
    const entities = await this.#entitiesAt(revision);
    return this.change(reason, (draft) => {
      draft.replaceAll(entities, true);
      return null;
    });
  }

  async planRollback(revision: number): Promise<ConfigPlan> {
    const entities = await this.#entitiesAt(revision);
    return this.plan((draft) => draft.replaceAll(entities, true));
  }

  async refresh(): Promise<boolean> {
    const { repository, sealer } = this.#parts;
    if ((await repository.revision()) <= this.#state.view.revision) return false;
    const { revision, entities } = await repository.load();
    try {
      // Whoever made the revision may have begun a data key, which seals from now on. One that does not open is told when it is needed.
      await sealer.reload().catch(passOverSealError);
      this.#adopt(makeState(this.#parts, await viewStored(sealer, entities), revision), null);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof SealError)) throw error;
      this.#problem = `Revision ${revision} of the configuration is not in force here: ${error.message}`;
      return false;
    }
  }

  async seal({ kind, id, body }: SealableEntity): Promise<SealableEntity['body']> {
    return JSON.parse(await sealBody(kind, id, body, this.#parts.sealer)) as SealableEntity['body'];
  }

  async open({ kind, id, body }: SealableEntity): Promise<SealableEntity['body']> {
    const { sealer } = this.#parts;
    return openPatiently(sealer, () => openSealedParts(kind, id, body, sealer));
  }

  /** One change after the other; those of other processes that come in between make it be looked at again. */
  #write<Result>(reason: ChangeReason, edit: (draft: ConfigDraft) => Result): Promise<Changed<Result>> {
    const written = this.#queue.then(async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await this.#tryWrite(reason, edit);
        } catch (error) {
          if (!(error instanceof ChangedMeanwhile)) throw error;
          if (tries >= MOST_TRIES) throw new OperationError('conflict', 'Other processes change the configuration all the time; try again.');
          await this.refresh();
        }
      }
    });
    this.#queue = written.then(
      () => undefined,
      () => undefined,
    );
    return written;
  }

  async #tryWrite<Result>(reason: ChangeReason, edit: (draft: ConfigDraft) => Result): Promise<Changed<Result>> {
    const { repository, audit, nowMs } = this.#parts;
    const before = this.#state;
    const revision = before.view.revision + 1;
    const draft = new ConfigDraft(before.view);
    const result = edit(draft);
    const changes = draft.changes();
    if (changes.length === 0) return { revision: before.view.revision, changes: [], result };
    const next = this.#check(draft, before, revision);
    const shown = diffOf(changes);
    // Sealed before the transaction: sealing may write itself, and SQLite has one connection.
    const stored = await this.#storedForms(changes);
    const { id, kind, name } = reason.actor;
    await repository.transact(async (transaction) => {
      if (transaction.revision !== revision) throw new ChangedMeanwhile();
      const summary = reason.summary.slice(0, MOST_SUMMARY);
      await transaction.write({ atMs: nowMs(), author: { kind, id, name }, summary, changes: shown }, stored);
      await audit(transaction, reason, changes);
    });
    this.#adopt(next, reason);
    return { revision, changes: shown, result };
  }

  #check(draft: ConfigDraft, before: State, revision: number): State {
    const changes = draft.changes();
    try {
      const changedAtMs = this.#parts.nowMs();
      const changed = new Set(changes.map(({ kind, id }) => `${kind} ${id}`));
      const entities = draft.entities.map((entity): ViewedEntity => {
        const was = before.view.find(entity.kind, entity.id);
        if (was !== undefined && !changed.has(`${entity.kind} ${entity.id}`)) return was;
        return { ...entity, origin: 'database', revision, createdAtMs: was?.createdAtMs ?? changedAtMs, updatedAtMs: changedAtMs };
      });
      const next = makeState(this.#parts, entities, revision);
      requireSecretsAgain(before, next, draft);
      return next;
    } catch (error) {
      if (error instanceof ConfigError) throw refusalOfConfig(error, draft, changes);
      throw error;
    }
  }

  async #storedForms(changes: readonly DraftChange[]): Promise<readonly StoredChange[]> {
    const { sealer } = this.#parts;
    const stored: StoredChange[] = [];
    for (const { kind, id, before, after } of changes) {
      const form = async (entity: ConfigEntity | null): Promise<StoredChange['before']> =>
        entity === null ? null : { place: entity.place, body: await sealBody(kind, id, entity.body, sealer) };
      stored.push({ kind, id, before: await form(before), after: await form(after) });
    }
    return stored;
  }

  async #entitiesAt(revision: number): Promise<readonly ConfigEntity[]> {
    const { repository, sealer } = this.#parts;
    await this.refresh();
    const known = revision === 0 || (await repository.findRevision(revision)) !== null;
    if (!known) throw new OperationError('not_found', `There is no revision ${revision}.`);
    return entitiesAt(this.#state.view, await repository.changesBehind(revision), sealer);
  }

  #adopt(next: State, reason: ChangeReason | null): void {
    if (next.view.revision <= this.#state.view.revision) return;
    this.#state = next;
    this.#problem = null;
    this.#holder?.swap(next.snapshot);
    this.#parts.onRevision(next.view.revision, reason);
  }
}

/** Thrown so that the number that the transaction took is given back. */
class ChangedMeanwhile extends Error {}

function makeState(parts: DatabaseConfigParts, entities: readonly ViewedEntity[], revision: number): State {
  const { snapshot, environment } = parts.compile(configOfEntities(entities), revision);
  const foreign = environment.map((entity): ViewedEntity => {
    return { ...entity, place: BEHIND_ALL + entity.place, origin: 'environment', revision: 0, createdAtMs: null, updatedAtMs: null };
  });
  return { view: new ConfigView(revision, [...entities, ...foreign]), snapshot };
}

function passOverSealError(error: unknown): void {
  if (!(error instanceof SealError)) throw error;
}

async function viewStored(sealer: SecretSealer, stored: readonly StoredEntity[]): Promise<readonly ViewedEntity[]> {
  const view = ({ kind, id, body, ...rest }: StoredEntity): ViewedEntity => {
    return { kind, id, ...rest, body: openBody(kind, id, body, sealer), origin: 'database' };
  };
  return openPatiently(sealer, () => stored.map(view));
}

/** A data key that another process made since is looked up once. */
async function openPatiently<Opened>(sealer: SecretSealer, open: () => Opened): Promise<Opened> {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof SealError) || error.code !== 'unknown-data-key') throw error;
    await sealer.reload();
    return open();
  }
}

function diffOf(changes: readonly DraftChange[]): readonly ConfigChange[] {
  const sideOf = (side: 'before' | 'after'): readonly ConfigEntity[] => changes.flatMap((change) => change[side] ?? []);
  return diffEntities(sideOf('before'), sideOf('after'));
}
