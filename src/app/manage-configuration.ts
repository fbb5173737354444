import { changeLine, countOfChanges } from '../config/describe-plan.ts';
import { writeYaml } from '../config/write-yaml.ts';
import type { ChangeReason, ConfigService } from '../control/config/config-service.ts';
import { exportConfig, type ExportSecrets } from '../control/operations/config-export.ts';
import { ConfigHistory, toldPlan } from '../control/operations/config-history.ts';
import { ConfigImports, type ImportMode, type ImportOrder } from '../control/operations/config-import.ts';
import { UuidV7Source } from '../lib/uuid-v7.ts';
import { withStoredConfig } from './configuration/with-stored-config.ts';
import type { ServeOptions } from './serve-options.ts';

type Start = Pick<ServeOptions, 'bootstrap' | 'environment'>;

/** A configuration in a file, and what becomes of what it does not name. */
export interface ConfigurationFile {
  readonly text: string;
  /** As messages name it. */
  readonly name: string;
  readonly mode: ImportMode;
}

/** Tells, line by line, what the file would change in the database, and who would lose what. @throws {OperationError} */
export function planStored(start: Start, file: ConfigurationFile): Promise<readonly string[]> {
  return withStoredConfig(start, async ({ config }) => {
    const { changes, lines } = toldPlan(await new ConfigImports(config).plan(orderOf(start, file)));
    return changes.length === 0 ? [`${file.name}: nothing would change.`] : [`database → ${file.name}: ${countOfChanges(changes)}.`, ...lines];
  });
}

/** Makes the database say what the file says. A gateway that runs on it follows within two seconds. @throws {OperationError} */
export function applyStored(start: Start, file: ConfigurationFile): Promise<readonly string[]> {
  return withStoredConfig(start, async ({ config }) => {
    const reason = reasonFor('config.import', `apply ${file.name} (${file.mode})`);
    return linesOf(await new ConfigImports(config).apply(reason, orderOf(start, file)));
  });
}

/** The database as YAML or JSON. @throws {OperationError} */
export function exportStored(start: Start, format: 'yaml' | 'json', secrets: ExportSecrets): Promise<string> {
  return withStoredConfig(start, async ({ config }) => {
    const exported = await exportConfig(config, secrets);
    return format === 'yaml' ? writeYaml(exported) : `${JSON.stringify(exported, null, 2)}\n`;
  });
}

/** Newest first, a line each. @throws {OperationError} */
export function listRevisions(start: Start, limit: number): Promise<readonly string[]> {
  return withStoredConfig(start, async ({ config }) => {
    const { items } = await new ConfigHistory(config).list({ limit });
    if (items.length === 0) return ['There are no revisions yet.'];
    return items.map(({ number, atMs, author, summary, changes }) => {
      return `${number}  ${new Date(atMs).toISOString()}  ${author.name}: ${summary} (${changes === 1 ? '1 change' : `${changes} changes`})`;
    });
  });
}

/** Makes the configuration what it was at a revision; with `isPlan` it only tells what that would do. @throws {OperationError} */
export function rollBackStored(start: Start, revision: number, isPlan: boolean): Promise<readonly string[]> {
  return withStoredConfig(start, async ({ config }) => {
    const history = new ConfigHistory(config);
    if (isPlan) return (await history.planRollback(revision)).lines;
    return linesOf(await history.rollback(reasonFor('config.rollback', `roll back to revision ${revision}`), revision));
  });
}

function orderOf({ environment }: Start, { text, name, mode }: ConfigurationFile): ImportOrder {
  return { written: text, source: name, mode, environment, ifMatch: null };
}

function linesOf({ revision, changes }: Awaited<ReturnType<ConfigService['rollback']>>): readonly string[] {
  if (changes.length === 0) return [`Nothing was different: revision ${revision} stays.`];
  return [...changes.map(changeLine), `Revision ${revision}: ${countOfChanges(changes)}.`];
}

function reasonFor(action: string, summary: string): ChangeReason {
  const actor = { kind: 'machine', id: 'machine', name: 'command line', role: 'admin' } as const;
  return { actor, address: '', requestId: new UuidV7Source().next(Date.now()), action, summary };
}
