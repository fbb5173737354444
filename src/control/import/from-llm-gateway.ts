import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { ForeignData } from '../../store/foreign/foreign-data.ts';
import type { ImportDraft } from './import-draft.ts';
import { ImportNotes } from './import-notes.ts';
import { llmGatewayKeys } from './llm-gateway-keys.ts';
import { llmGatewayOffers } from './llm-gateway-offers.ts';
import { type LlmGatewayContext, llmGatewayProvider, type OldGatewayProvider } from './llm-gateway-provider.ts';
import { textOf } from './old-values.ts';
import { noteUnread, requireTables, rowsOf } from './old-tables.ts';
import { quoteOldName } from './quote-old-name.ts';
import { settleDraft } from './settle-draft.ts';
import { stableSlugs } from './stable-slugs.ts';

const RECORDS = 'records of past requests are not carried';
const UNREAD: Readonly<Record<string, string>> = {
  users: 'accounts are not carried, because their passwords were hashed too weakly; make them anew with `headgate create-admin`',
  system_config: 'the settings of that program are not carried; look at its page of settings and set here what is needed',
  health_targets: 'health targets are not in this release',
  health_runs: RECORDS,
  expert_routing_configs: 'expert routing has no counterpart here',
  expert_routing_logs: RECORDS,
  api_requests: RECORDS,
  circuit_breaker_stats: RECORDS,
  portkey_gateways: 'agents of Portkey are not needed: requests go to the providers from here',
  model_routing_rules: 'rules for agents of Portkey are not needed: requests go to the providers from here',
  blocked_ips: 'blocked addresses are not carried; a virtual key can name the addresses that it allows',
  backup_configs: 'backups are made here with `headgate backup`',
  backup_records: 'backups are made here with `headgate backup`',
  migrations: 'the state of that program’s own schema; not needed',
  schema_migrations: 'the state of that program’s own schema; not needed',
};

/**
 * Takes over the database of LLM Gateway: providers, their models and virtual models, and virtual keys.
 * @throws {OperationError} When it is another program's.
 */
export function fromLlmGateway(data: ForeignData, { presets, jwtSecret }: LlmGatewayContext): ImportDraft {
  requireTables(data, 'LLM Gateway', [
    { table: 'providers', columns: ['id', 'base_url', 'api_key'] },
    { table: 'virtual_keys', columns: ['id', 'key_value'] },
  ]);
  const notes = new ImportNotes();
  noteUnread(data, UNREAD, notes);
  const olds = readProviders(data, notes);
  const offers = llmGatewayOffers(data, new Set(olds.map(({ oldId }) => oldId)), notes);
  const ids = stableSlugs(
    olds.map(({ oldId }) => ({ id: oldId, name: oldId })),
    'provider',
  );
  const idsHere = new Map(olds.map(({ oldId }, index) => [oldId, ids[index] ?? '']));
  const providers = olds.flatMap((old, index): ProviderConfig[] => {
    const provider = llmGatewayProvider(old, offers, { presets, jwtSecret }, notes);
    return provider === null ? [] : [{ id: ids[index] ?? '', ...provider }];
  });
  const present = new Set(providers.map(({ id }) => id));
  const virtualKeys = llmGatewayKeys(data, offers, (oldId) => (present.has(idsHere.get(oldId) ?? '') ? (idsHere.get(oldId) ?? null) : null), notes);
  notes.told('providers, models and keys', 'the dates of creation and change are not carried');
  if (rowsOf(data, 'routing_configs').length > 0) notes.told('routing_configs', 'their names and descriptions are not carried');
  notes.told('environment', 'JWT_SECRET and the other variables of that program are no part of the database');
  return settleDraft('llm-gateway', { providers, virtualKeys }, notes, presets);
}

function readProviders(data: ForeignData, notes: ImportNotes): readonly OldGatewayProvider[] {
  const seen = new Set<string>();
  return rowsOf(data, 'providers').flatMap((row, index) => {
    const oldId = textOf(row['id']);
    const quoted = quoteOldName(oldId);
    const where = quoted === '' ? `providers, row ${index + 1}` : `provider ${quoted}`;
    if (oldId === '' || seen.has(oldId)) {
      notes.leftOut('provider', where, `${oldId === '' ? 'no id' : 'its id stands twice'}; left out`);
      return [];
    }
    seen.add(oldId);
    return [{ where, oldId, row }];
  });
}
