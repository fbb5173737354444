import { entitiesOf } from '../../config/config-entities.ts';
import type { GatewayConfig } from '../../config/schema/gateway-config-schema.ts';
import { OperationError } from '../operation-error.ts';
import type { Changed, ConfigPlan, ConfigService, RevisionPage } from './config-service.ts';
import { ConfigView, type ViewedEntity } from './config-view.ts';

export interface FileConfigParts {
  /** As messages name it. */
  readonly file: string;
  /** What is in force: the file as it was last read well, and what variables add. */
  readonly current: () => { readonly config: GatewayConfig; readonly revision: number };
  readonly problem: () => string | null;
}

/** The configuration that lives in a file: shown here, changed there. */
export class FileConfig implements ConfigService {
  readonly #parts: FileConfigParts;
  #view: ConfigView | null = null;

  constructor(parts: FileConfigParts) {
    this.#parts = parts;
  }

  get source(): { readonly kind: 'file'; readonly file: string } {
    return { kind: 'file', file: this.#parts.file };
  }

  get problem(): string | null {
    return this.#parts.problem();
  }

  view(): ConfigView {
    const { config, revision } = this.#parts.current();
    if (this.#view?.revision !== revision) {
      const entities = entitiesOf(config).map((entity): ViewedEntity => {
        return { ...entity, origin: 'file', revision, createdAtMs: null, updatedAtMs: null };
      });
      this.#view = new ConfigView(revision, entities);
    }
    return this.#view;
  }

  change(): Promise<Changed<never>> {
    return Promise.reject(this.#refusal());
  }

  plan(): Promise<ConfigPlan> {
    return Promise.reject(this.#refusal());
  }

  revisions(): Promise<RevisionPage> {
    return Promise.resolve({ items: [], next: null });
  }

  rollback(): Promise<Changed<null>> {
    return Promise.reject(this.#refusal());
  }

  planRollback(): Promise<ConfigPlan> {
    return Promise.reject(this.#refusal());
  }

  /** The file is followed by its own watcher. */
  refresh(): Promise<boolean> {
    return Promise.resolve(false);
  }

  seal(): Promise<never> {
    const { file } = this.#parts;
    return Promise.reject(new OperationError('config_read_only', `Secrets are sealed in the database only; the file ${file} holds them already.`));
  }

  open(): Promise<never> {
    return Promise.reject(this.#refusal());
  }

  #refusal(): OperationError {
    const { file } = this.#parts;
    return new OperationError('config_read_only', `The configuration is the file ${file}: edit it there; a change is in force within a second.`);
  }
}
