import { configOfEntities, entitiesOf } from '../config/config-entities.ts';
import type { GatewayConfig } from '../config/schema/gateway-config-schema.ts';
import type { ConfigDraft } from '../control/config/config-draft.ts';
import type { ChangeReason } from '../control/config/config-service.ts';
import type { DatabaseConfig } from '../control/config/database-config.ts';
import type { ImportDraft, ImportSource } from '../control/import/import-draft.ts';
import { loadImport } from '../control/import/load-import.ts';
import { planImport, type ImportPlan } from '../control/import/plan-import.ts';
import { PRESETS } from '../presets/presets.ts';
import { withStoredConfig } from './configuration/with-stored-config.ts';
import type { ServeOptions } from './serve-options.ts';

export { IMPORT_SOURCES, type ImportSource } from '../control/import/import-draft.ts';

export interface ImportOrder {
  readonly source: ImportSource;
  /** A file, or the URL of a database. */
  readonly address: string;
  /** JWT_SECRET of LLM Gateway, which opens its provider keys; null: not known. */
  readonly jwtSecret: string | null;
  readonly isDryRun: boolean;
}

/** Takes over the data of an older gateway. `tell` hears the plan, line by line, before anything is written, and then what was done. */
export async function importOlderGateway(
  start: Pick<ServeOptions, 'bootstrap' | 'environment'>,
  order: ImportOrder,
  tell: (line: string) => void,
): Promise<void> {
  const { source, address, jwtSecret, isDryRun } = order;
  const directory = process.cwd();
  const draft = await loadImport({ source, address, directory, environment: start.environment, presets: PRESETS, jwtSecret });
  await withStoredConfig(start, async ({ config }) => {
    const plan = planBeside(draft, config);
    for (const line of plan.lines) tell(line);
    if (isDryRun) return tell('Nothing was written.');
    const { revision, changes } = await applyImport(draft, config);
    return tell(changes.length === 0 ? 'There was nothing to add.' : `Written as revision ${revision} of the configuration.`);
  });
}

/** Writes what is new of a draft as one revision. */
export async function applyImport(
  draft: ImportDraft,
  config: DatabaseConfig,
): Promise<{ readonly revision: number; readonly changes: readonly unknown[] }> {
  return config.change(reasonOf(draft.source), (edited) => addMissing(edited, planBeside(draft, config).merged));
}

function planBeside(draft: ImportDraft, config: DatabaseConfig): ImportPlan {
  const own = config.view().entities.filter(({ origin }) => origin === 'database');
  return planImport(draft, configOfEntities(own));
}

/** What is there already stays as it is, in its place. */
function addMissing(draft: ConfigDraft, merged: GatewayConfig): void {
  for (const { kind, id, body } of entitiesOf(merged)) {
    if (draft.find(kind, id) === undefined) draft.create(kind, id, body);
  }
}

function reasonOf(source: string): ChangeReason {
  const actor = { kind: 'machine', id: 'machine', name: 'headgate import', role: 'admin' } as const;
  return { actor, address: '', requestId: '', action: 'config.import', summary: `import from ${source}` };
}
