import type { ConfigEntity, EntityKind } from '../../config/config-entities.ts';

/** A configured thing with what is known of it. Its secrets are in the clear: for operations, never for answers. */
export interface ViewedEntity extends ConfigEntity {
  /** The revision that wrote it last; 0 where there are none. */
  readonly revision: number;
  /** Where it can be changed. */
  readonly origin: 'database' | 'file' | 'environment';
  /** Epoch ms; null where nobody wrote it down. */
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
}

/** Everything that is configured at one revision. */
export class ConfigView {
  readonly revision: number;
  readonly entities: readonly ViewedEntity[];
  readonly #byName: ReadonlyMap<string, ViewedEntity>;

  constructor(revision: number, entities: readonly ViewedEntity[]) {
    this.revision = revision;
    this.entities = entities;
    this.#byName = new Map(entities.map((entity) => [entityName(entity.kind, entity.id), entity]));
  }

  find(kind: EntityKind, id: string): ViewedEntity | undefined {
    return this.#byName.get(entityName(kind, id));
  }

  /** In the order in which they are tried. */
  list(kind: EntityKind): readonly ViewedEntity[] {
    return this.entities.filter((entity) => entity.kind === kind).toSorted((a, b) => a.place - b.place);
  }
}

/** One word for a thing of any kind: slugs and ids hold no space. */
export function entityName(kind: EntityKind, id: string): string {
  return `${kind} ${id}`;
}
