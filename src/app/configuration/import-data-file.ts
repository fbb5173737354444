import { readFileSync } from 'node:fs';
import { fromLlmApikeyLb } from '../../control/import/from-llm-apikey-lb.ts';
import { PRESETS } from '../../presets/presets.ts';
import { hashToken } from '../../security/hash-token.ts';
import { applyImport } from '../import-older-gateway.ts';
import type { StoredConfig } from './with-stored-config.ts';

/**
 * Takes over the state file of llm-apikey-lb that DATA_FILE names, once: what is deleted here later does not come back with the next start.
 * Gives a sentence for the log. A file that cannot be read keeps nobody from starting.
 */
export async function importDataFile({ store, config }: StoredConfig, file: string): Promise<string | null> {
  const name = `imported ${hashToken(file).slice(0, 32)}`;
  if ((await store.values.get(name)) !== null) return null;
  try {
    const draft = fromLlmApikeyLb(readFileSync(file, 'utf8'), PRESETS);
    const { revision } = await applyImport(draft, config);
    await store.values.put(name, String(revision));
    return `The keys of ${file} (DATA_FILE) were taken over: revision ${revision} of the configuration. It is not read again.`;
  } catch (error) {
    return `The keys of ${file} (DATA_FILE) were not taken over: ${error instanceof Error ? error.message : String(error)}`;
  }
}
