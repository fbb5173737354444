import { isDeepStrictEqual } from 'node:util';
import type { ConfigEntity, EntityKind } from '../../config/config-entities.ts';
import { OperationError } from '../operation-error.ts';
import { entityName, type ConfigView, type ViewedEntity } from './config-view.ts';

/** One thing that a draft changed. */
export interface DraftChange {
  readonly kind: EntityKind;
  readonly id: string;
  readonly before: ConfigEntity | null;
  readonly after: ConfigEntity | null;
}

/** How things are called in sentences. */
const WORDS: Readonly<Record<EntityKind, string>> = {
  provider: 'provider',
  'provider-key': 'provider key',
  'virtual-key': 'virtual key',
  settings: 'settings',
};

/** A change of the configuration in the making. Nothing of it is in force before it was checked as a whole and written. */
export class ConfigDraft {
  readonly #view: ConfigView;
  readonly #entities: Map<string, ConfigEntity>;
  /** Secrets that were given with this change: names of provider keys, and of values of providers. */
  readonly #entered = new Set<string>();
  readonly #nextPlaces = new Map<EntityKind, number>();
  #isHistory = false;

  constructor(view: ConfigView) {
    this.#view = view;
    const own = view.entities.filter(({ origin }) => origin === 'database');
    this.#entities = new Map(own.map(({ kind, id, place, body }) => [entityName(kind, id), { kind, id, place, body }]));
  }

  find(kind: EntityKind, id: string): ConfigEntity | undefined {
    return this.#entities.get(entityName(kind, id));
  }

  list(kind: EntityKind): readonly ConfigEntity[] {
    return [...this.#entities.values()].filter((entity) => entity.kind === kind).toSorted((a, b) => a.place - b.place);
  }

  /** @throws {OperationError} `not_found`, or `config_read_only` for what the environment made. */
  require(kind: EntityKind, id: string): ConfigEntity {
    const entity = this.find(kind, id);
    if (entity !== undefined) return entity;
    this.#refuseForeign(kind, id);
    throw new OperationError('not_found', `There is no ${WORDS[kind]} ${id}.`);
  }

  /** Adds a thing behind its like. @throws {OperationError} `already_exists`. */
  create(kind: EntityKind, id: string, body: ConfigEntity['body']): void {
    if (this.find(kind, id) !== undefined || this.#foreign(kind, id) !== undefined)
      throw new OperationError('already_exists', `There is a ${WORDS[kind]} ${id} already.`, {
        problems: [{ path: 'id', message: 'is taken' }],
      });
    this.put({ kind, id, place: this.#takePlace(kind), body });
  }

  /**
   * Gives a thing another body.
   * @param ifMatch The revision that the caller saw; null: whatever it is.
   * @throws {OperationError} `not_found`, `config_read_only`, or `precondition_failed`.
   */
  replace(kind: EntityKind, id: string, body: ConfigEntity['body'], ifMatch: number | null = null): void {
    const { place } = this.require(kind, id);
    this.requireRevision(kind, id, ifMatch);
    this.put({ kind, id, place, body });
  }

  /** @throws {OperationError} as {@link replace}. */
  remove(kind: EntityKind, id: string, ifMatch: number | null = null): void {
    this.require(kind, id);
    this.requireRevision(kind, id, ifMatch);
    this.#entities.delete(entityName(kind, id));
  }

  /** @throws {OperationError} `precondition_failed` when somebody changed it since. */
  requireRevision(kind: EntityKind, id: string, ifMatch: number | null): void {
    const seen = this.#view.find(kind, id)?.revision;
    if (ifMatch === null || seen === ifMatch) return;
    throw new OperationError(
      'precondition_failed',
      `The ${WORDS[kind]} ${id} was changed meanwhile: it is of revision ${seen ?? 0} now. Read it again.`,
    );
  }

  /** Puts a thing where it says, whatever was there. */
  put(entity: ConfigEntity): void {
    const name = entityName(entity.kind, entity.id);
    const known = this.#entities.get(name);
    if (entity.kind === 'provider-key' && known?.body['secret'] !== entity.body['secret']) this.#entered.add(name);
    this.#entities.set(name, entity);
  }

  /** Puts these things into the place of all that are there. Secrets that stood together before may do so again: `isHistory`. */
  replaceAll(entities: readonly ConfigEntity[], isHistory = false): void {
    const before = new Map(this.#entities);
    this.#entities.clear();
    this.#nextPlaces.clear();
    this.#isHistory = isHistory;
    for (const entity of entities) {
      const name = entityName(entity.kind, entity.id);
      const isNewSecret = before.get(name)?.body['secret'] !== entity.body['secret'];
      if (entity.kind === 'provider-key' && (isHistory || isNewSecret)) this.#entered.add(name);
      this.#entities.set(name, entity);
    }
  }

  /** The secret of this key was given anew with this change, even if it is the same one. */
  markEntered(keyId: string): void {
    this.#entered.add(entityName('provider-key', keyId));
  }

  wasEntered(keyId: string): boolean {
    return this.#entered.has(entityName('provider-key', keyId));
  }

  /** The same for a constant header or parameter of a provider; `column` as `headers.x-team`. */
  markValueEntered(provider: string, column: string): void {
    this.#entered.add(`${entityName('provider', provider)} ${column}`);
  }

  /** Also true when all of what is there stood together before. */
  wasValueEntered(provider: string, column: string): boolean {
    return this.#isHistory || this.#entered.has(`${entityName('provider', provider)} ${column}`);
  }

  get entities(): readonly ConfigEntity[] {
    return [...this.#entities.values()];
  }

  /** What is different from what is in force, additions and changes first. */
  changes(): readonly DraftChange[] {
    const own = this.#view.entities.filter(({ origin }) => origin === 'database');
    const present = [...this.#entities.values()].flatMap((after): DraftChange[] => {
      const before = this.#view.find(after.kind, after.id);
      const was = before?.origin === 'database' ? before : undefined;
      if (was !== undefined && was.place === after.place && isDeepStrictEqual(was.body, after.body)) return [];
      return [{ kind: after.kind, id: after.id, before: was ?? null, after }];
    });
    const gone = own.filter(({ kind, id }) => !this.#entities.has(entityName(kind, id)));
    return [...present, ...gone.map((before): DraftChange => ({ kind: before.kind, id: before.id, before, after: null }))];
  }

  /** The place behind all of its like. */
  #takePlace(kind: EntityKind): number {
    const place = this.#nextPlaces.get(kind) ?? this.list(kind).reduce((most, entity) => Math.max(most, entity.place), -1) + 1;
    this.#nextPlaces.set(kind, place + 1);
    return place;
  }

  #foreign(kind: EntityKind, id: string): ViewedEntity | undefined {
    const entity = this.#view.find(kind, id);
    return entity === undefined || entity.origin === 'database' ? undefined : entity;
  }

  #refuseForeign(kind: EntityKind, id: string): void {
    if (this.#foreign(kind, id) === undefined) return;
    throw new OperationError('config_read_only', `The ${WORDS[kind]} ${id} comes from a variable of the environment and is changed there.`);
  }
}
