import type { ConfigChange } from '../../config/config-diff.ts';
import type { EntityKind } from '../../config/config-entities.ts';

/** A configured thing as it is stored. */
export interface StoredEntity {
  readonly kind: EntityKind;
  readonly id: string;
  readonly place: number;
  /** JSON; secrets in it are sealed. */
  readonly body: string;
  /** The revision that wrote it last. */
  readonly revision: number;
  /** Epoch ms. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Place and body of a thing; null: it is not there. */
export type StoredForm = { readonly place: number; readonly body: string } | null;

/** What a revision did to one thing. */
export interface StoredChange {
  readonly kind: EntityKind;
  readonly id: string;
  readonly before: StoredForm;
  readonly after: StoredForm;
}

/** One numbered change of the configuration. */
export interface RevisionRecord {
  readonly number: number;
  /** Epoch ms. */
  readonly atMs: number;
  readonly author: { readonly kind: string; readonly id: string; readonly name: string };
  /** At most 191 characters. */
  readonly summary: string;
  /** For people; holds no secrets. */
  readonly changes: readonly ConfigChange[];
}
