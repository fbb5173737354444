import { kindOfProvider } from '../../../config/kind-of-provider.ts';
import { normaliseSecret } from '../../../config/normalise-secret.ts';
import type { ProviderConfig } from '../../../config/schema/gateway-config-schema.ts';
import type { ControlServices } from '../../control-services.ts';
import { ProviderKeys, type KeyView } from '../../operations/provider-keys.ts';
import { Providers } from '../../operations/providers.ts';
import { keyIdOf } from '../key-id.ts';
import { addressOf, presetOf } from '../openai-address.ts';

/** A provider key as llm-apikey-lb shows it. Times are epoch ms; 0: it does not rest. */
export interface LbKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly models: readonly string[];
  readonly weight: number;
  readonly enabled: boolean;
  readonly failures: number;
  readonly cooldownUntil: number;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly apiKeyMasked: string;
}

const SHORTEST_SHOWN = 9;

/** Every key of a service of models, pool by pool. */
export function recordsOf(services: ControlServices): readonly LbKeyRecord[] {
  const keys = new ProviderKeys(services);
  const providers = services.config.view().list('provider');
  const pools = providers.filter(({ body }) => kindOfProvider(body as ProviderConfig) === 'llm');
  return pools.flatMap(({ id }) => keys.list(id, { limit: Number.MAX_SAFE_INTEGER }).items.map((view) => recordOf(services, view)));
}

export function recordOf(services: ControlServices, view: KeyView): LbKeyRecord {
  const { id: key, provider, models = [], weight, enabled, rejections, untilMs, createdAtMs, updatedAtMs } = view;
  const { body } = new Providers(services).require(provider);
  const { secret } = new ProviderKeys(services).require(provider, key).body as { readonly secret?: string };
  return {
    id: keyIdOf(provider, key),
    name: (view as { readonly name?: string }).name ?? key,
    provider: presetOf(body),
    baseUrl: addressOf(body, services.presets),
    models,
    weight,
    enabled: enabled && body['enabled'] !== false,
    failures: rejections,
    cooldownUntil: untilMs ?? 0,
    createdAt: createdAtMs,
    updatedAt: updatedAtMs,
    apiKeyMasked: maskKey(normaliseSecret(secret ?? '')),
  };
}

function maskKey(secret: string): string {
  return secret.length < SHORTEST_SHOWN ? '********' : `${secret.slice(0, 3)}********${secret.slice(-4)}`;
}
