import { createCipheriv } from 'node:crypto';
import { fromLlmGateway } from '../../src/control/import/from-llm-gateway.ts';
import type { ImportDraft } from '../../src/control/import/import-draft.ts';
import { LLM_GATEWAY_TABLES } from '../../src/control/import/llm-gateway-rows.ts';
import { PRESETS } from '../../src/presets/presets.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import type { ForeignRow } from '../../src/store/foreign/foreign-data.ts';
import { foreignData } from './foreign-data.ts';

/** What the keys of the providers below are sealed with. */
export const JWT_SECRET = 'a secret of the old program';

/** As that program seals a provider's key. */
export function seal(key: string, jwtSecret = JWT_SECRET): string {
  const iv = Buffer.alloc(16, key.length);
  const cipher = createCipheriv('aes-256-cbc', Buffer.from(jwtSecret.slice(0, 32).padEnd(32, '0')), iv);
  return `${iv.toString('hex')}:${cipher.update(key, 'utf8', 'hex')}${cipher.final('hex')}`;
}

/** A row of `providers`. */
export function gatewayProvider(id: string, fields: ForeignRow = {}): ForeignRow {
  return {
    id,
    name: id.toUpperCase(),
    base_url: `https://${id}.test/v1`,
    api_key: seal(`sk-${id}`),
    model_mapping: null,
    protocol_mappings: null,
    enabled: 1,
    ...fields,
  };
}

/** A row of `models`. */
export function gatewayModel(id: string, providerId: string | null, identifier: string, fields: ForeignRow = {}): ForeignRow {
  return {
    id,
    name: identifier,
    provider_id: providerId,
    model_identifier: identifier,
    protocol: null,
    is_virtual: 0,
    routing_config_id: null,
    expert_routing_id: null,
    enabled: 1,
    model_attributes: null,
    prompt_config: null,
    compression_config: null,
    ...fields,
  };
}

/** A row of `virtual_keys`. */
export function gatewayKey(id: string, secret: string, fields: ForeignRow = {}): ForeignRow {
  return {
    id,
    key_value: secret,
    key_hash: hashToken(secret),
    name: id,
    provider_id: null,
    model_id: null,
    model_ids: null,
    routing_strategy: 'single',
    routing_config: null,
    enabled: 1,
    rate_limit: null,
    cache_enabled: 0,
    disable_logging: 0,
    ...fields,
  };
}

/** A routing config. */
export function gatewayRouting(id: string, mode: string, targets: readonly unknown[]): ForeignRow {
  return { id, name: id, type: mode, config: JSON.stringify({ strategy: { mode }, targets }), enabled: 1 };
}

/** Tables of LLM Gateway; without providers or virtual keys there is one of each. */
export interface GatewayTables {
  readonly providers?: readonly ForeignRow[];
  readonly models?: readonly ForeignRow[];
  readonly virtual_keys?: readonly ForeignRow[];
  readonly routing_configs?: readonly ForeignRow[];
}

/** What becomes of them. */
export function readGateway(tables: GatewayTables, jwtSecret: string | null = JWT_SECRET): ImportDraft {
  const defaults = { providers: [gatewayProvider('a')], virtual_keys: [gatewayKey('k', 'vk_default')] };
  return fromLlmGateway(foreignData({ ...defaults, ...tables }, LLM_GATEWAY_TABLES), { presets: PRESETS, jwtSecret });
}
