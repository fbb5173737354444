import { compileSnapshot } from '../../src/config/compile-snapshot.ts';
import type { GatewayConfig } from '../../src/config/schema/gateway-config-schema.ts';
import type { GatewaySnapshot } from '../../src/config/snapshot.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import type { ImportDraft } from '../../src/control/import/import-draft.ts';
import { loadBundledPrices } from '../../src/presets/price-catalogue.ts';
import { PRESETS } from '../../src/presets/presets.ts';
import { hashToken } from '../../src/security/hash-token.ts';

/** Checks and compiles what an import made, as a gateway would that starts with it. */
export function compileDraft({ providers, virtualKeys }: Pick<ImportDraft, 'providers' | 'virtualKeys'>): GatewaySnapshot {
  return compileImported({ providers: [...providers], virtualKeys: [...virtualKeys] });
}

export function compileImported(config: GatewayConfig): GatewaySnapshot {
  const checked = validateConfig(config, { source: 'import', locate: () => null, presets: PRESETS });
  return compileSnapshot(checked, { presets: PRESETS, prices: loadBundledPrices(), revision: 1, source: 'import', hashSecret: hashToken });
}

/** Every sentence that an import says, to look for something in. */
export function wordsOf({ notes }: Pick<ImportDraft, 'notes'>): string {
  return notes.map(({ where, message }) => `${where.join(', ')}: ${message}`).join('\n');
}
