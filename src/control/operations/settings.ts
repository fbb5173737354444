import type { Settings } from '../../config/snapshot.ts';
import type { Changed, ChangeReason } from '../config/config-service.ts';
import type { ViewedEntity } from '../config/config-view.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import { patchBody } from './patch-body.ts';

type Body = Readonly<Record<string, unknown>>;

/** Behaviour of the whole gateway. */
export interface SettingsView {
  /** What is in force, defaults and what variables say included. */
  readonly effective: Settings;
  /** What is written down. */
  readonly set: Body;
  /** Of the settings; 0: nobody set any. */
  readonly revision: number;
  readonly origin: ViewedEntity['origin'];
  readonly updatedAtMs: number | null;
}

const ID = 'settings';

/** The settings, which are one thing of the configuration. */
export class SettingsOperations {
  readonly #services: Pick<ControlServices, 'config' | 'snapshot'>;

  constructor(services: Pick<ControlServices, 'config' | 'snapshot'>) {
    this.#services = services;
  }

  get(): SettingsView {
    const { config, snapshot } = this.#services;
    const entity = config.view().find('settings', ID);
    const { body = {}, revision = 0, origin = config.source.kind, updatedAtMs = null } = entity ?? {};
    return { effective: snapshot().settings, set: body, revision, origin, updatedAtMs };
  }

  /** Fields that are given are replaced whole; null takes one back to its default. @throws {OperationError} */
  update(reason: ChangeReason, patch: Body, ifMatch: number | null): Promise<Changed<null>> {
    return this.#services.config.change(reason, (draft) => {
      const { revision } = this.get();
      if (ifMatch !== null && ifMatch !== revision)
        throw new OperationError(
          'precondition_failed',
          `The settings were changed meanwhile: they are of revision ${revision} now. Read them again.`,
        );
      const known = draft.find('settings', ID);
      const body = patchBody(known?.body ?? {}, patch);
      if (known !== undefined || Object.keys(body).length > 0) draft.put({ kind: 'settings', id: ID, place: 0, body });
      return null;
    });
  }
}
