import type { ConfigChange } from '../../config/config-diff.ts';
import type { ConfigEntity } from '../../config/config-entities.ts';
import type { ConfigLosses } from '../../config/config-losses.ts';
import type { RevisionRecord } from '../../store/config/config-records.ts';
import type { Actor } from '../principal.ts';
import type { ConfigDraft } from './config-draft.ts';
import type { ConfigView } from './config-view.ts';

/** Who asks for a change, from where, and what it is for, for history and audit. */
export interface ChangeReason {
  readonly actor: Actor;
  readonly address: string;
  readonly requestId: string;
  /** A few words: `create provider openai-main`. */
  readonly summary: string;
  /** As the audit log names it: `provider.create`. */
  readonly action: string;
}

export interface Changed<Result> {
  /** The revision in force after it: a new one, unless nothing was different. */
  readonly revision: number;
  readonly changes: readonly ConfigChange[];
  readonly result: Result;
}

/** What a change would do. */
export interface ConfigPlan {
  readonly revision: number;
  readonly changes: readonly ConfigChange[];
  readonly losses: ConfigLosses;
}

export interface RevisionPage {
  readonly items: readonly RevisionRecord[];
  /** Begins the next page; null: this is the last one. */
  readonly next: number | null;
}

export type SealableEntity = Pick<ConfigEntity, 'kind' | 'id' | 'body'>;

/** The configuration as the control plane reads and changes it. One implementation changes it in the database, one only shows the file. */
export interface ConfigService {
  readonly source: { readonly kind: 'database' } | { readonly kind: 'file'; readonly file: string };
  /** Why what is stored is not in force; null: it is. */
  readonly problem: string | null;
  view(): ConfigView;
  /**
   * Makes a change: `edit` works on a draft, the whole is checked, written with its revision and audit entry, and in force for the next request
   * when this resolves. Nothing is written when anything is wrong.
   * @throws {OperationError}
   */
  change<Result>(reason: ChangeReason, edit: (draft: ConfigDraft) => Result): Promise<Changed<Result>>;
  /** What the change would do, with nothing done. @throws {OperationError} */
  plan(edit: (draft: ConfigDraft) => void): Promise<ConfigPlan>;
  /** Newest first. */
  revisions(limit: number, before: number | null): Promise<RevisionPage>;
  /** Makes the configuration what it was at a revision, as a new revision. @throws {OperationError} */
  rollback(reason: ChangeReason, revision: number): Promise<Changed<null>>;
  planRollback(revision: number): Promise<ConfigPlan>;
  /** Takes in what another process changed, or the file; true when there was something. */
  refresh(): Promise<boolean>;
  /**
   * The body of a thing with its secrets sealed by this installation, for an export. It opens under the same kind and id only.
   * @throws {OperationError} `config_read_only` where nothing seals.
   */
  seal(entity: SealableEntity): Promise<SealableEntity['body']>;
  /** The body with what `seal` sealed in the clear. @throws {SealError | OperationError} */
  open(entity: SealableEntity): Promise<SealableEntity['body']>;
}
