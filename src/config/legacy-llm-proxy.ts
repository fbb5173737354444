import type { PresetCatalogue } from '../domain/preset.ts';
import { checkShape, type ShapeSchema } from './check-shape.ts';
import type { ConfigPath } from './config-path.ts';
import { ConfigProblems } from './config-problems.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { presetOfAddress } from './preset-of-address.ts';
import type { GatewayConfig, ProviderConfig, VirtualKeyConfig } from './schema/gateway-config-schema.ts';
import type { LegacyLlmProxyConfig, LegacyMasterKey, LegacyProvider } from './schema/legacy-llm-proxy-schema.ts';
import legacySchema from './schema/legacy-llm-proxy.generated.json' with { type: 'json' };
import { slugsFrom } from './slug.ts';
import { type ValidationContext, validateConfig } from './validate-config.ts';

const ROOT_FIELDS = ['master_keys', 'server', 'verify_ssl', 'request_timeout_secs'];
const PROVIDER_FIELDS = ['api_base', 'api_key', 'model_mapping'];

/** New field → the field of the old form from which it was made. */
const WRITTEN_AS: Readonly<Record<string, string>> = {
  id: 'name',
  protocols: 'api_base',
  keys: 'api_key',
  models: 'model_mapping',
  secret: 'key',
  limits: 'rate_limit',
};

/** Tells the config.yaml of llm-proxy from headgate.yaml by fields that only the former has. */
export function isLegacyLlmProxy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ROOT_FIELDS.some((field) => Object.hasOwn(value, field))) return true;
  const { providers } = value as { readonly providers?: unknown };
  return Array.isArray(providers) && providers.some(isLegacyProvider);
}

function isLegacyProvider(provider: unknown): boolean {
  return typeof provider === 'object' && provider !== null && PROVIDER_FIELDS.some((field) => Object.hasOwn(provider, field));
}

/** Translates a config.yaml of llm-proxy. Problems are told in the field names of that file. Throws ConfigError. */
export function readLegacyLlmProxy(value: unknown, context: ValidationContext): LoadedConfig {
  const problems = new ConfigProblems(context);
  const legacy = checkShape(legacySchema as ShapeSchema, value, [], {
    problems,
    isExpanded: context.isExpanded ?? (() => false),
  }) as LegacyLlmProxyConfig;
  problems.throwIfAny();
  const config = validateConfig(translate(legacy, context), { ...context, isExpanded: () => false, writtenPath });
  const timeout = legacy.request_timeout_secs;
  return {
    config,
    source: context.source,
    warnings: warningsOf(legacy),
    server: legacy.server ?? {},
    requestTimeoutMs: timeout === undefined ? null : timeout * 1000,
  };
}

function translate(legacy: LegacyLlmProxyConfig, context: ValidationContext): GatewayConfig {
  const providers = legacy.providers ?? [];
  const masterKeys = legacy.master_keys ?? [];
  const providerIds = slugsFrom(
    providers.map(({ name }) => name),
    'provider',
  );
  const presets = presetsOf(providers, context.presets);
  const keyIds = slugsFrom(
    masterKeys.map(({ name }) => name),
    'key',
  );
  return {
    providers: providers.map((provider, index) => ({
      ...translateProvider(provider, providerIds[index] ?? '', legacy.verify_ssl !== false),
      preset: presets[index] ?? 'custom',
    })),
    virtualKeys: masterKeys.map((key, index) => translateMasterKey(key, keyIds[index] ?? '')),
  };
}

/**
 * The vendor behind each address, for its failure hints and prices. llm-proxy shared any model name among all providers without a mapping;
 * so where one of them is no known vendor, OpenAI is taken for a plain address too and does not draw all names to itself.
 */
function presetsOf(providers: readonly LegacyProvider[], presets: PresetCatalogue): readonly string[] {
  const ids = providers.map((provider) => presetOfAddress(provider.api_base, presets) ?? 'custom');
  const takesAnyModel = (index: number): boolean => Object.keys(providers[index]?.model_mapping ?? {}).length === 0;
  const hasPlainAddress = ids.some((id, index) => id === 'custom' && takesAnyModel(index));
  return ids.map((id, index) => (hasPlainAddress && takesAnyModel(index) && presets.get(id)?.family === 'openai' ? 'custom' : id));
}

function translateProvider(provider: LegacyProvider, id: string, verifyTls: boolean): ProviderConfig {
  const mapping = Object.entries(provider.model_mapping ?? {});
  const base = provider.api_base;
  return {
    id,
    name: provider.name,
    enabled: provider.enabled ?? true,
    weight: provider.weight ?? 1,
    protocols: { 'openai-chat': base, 'openai-completions': base, 'openai-embeddings': base },
    // That program sent every key as Bearer, whatever the address.
    auth: { in: 'header', name: 'authorization', scheme: 'Bearer' },
    keys: [provider.api_key],
    verifyTls,
    ...(mapping.length === 0
      ? {}
      : { models: mapping.map(([name, mapped]) => ({ name, upstream: typeof mapped === 'string' ? mapped : mapped.mapped_model })) }),
  };
}

function translateMasterKey(
  { name, key, enabled, allowed_models: allowedModels = [], rate_limit: rateLimit }: LegacyMasterKey,
  id: string,
): VirtualKeyConfig {
  return {
    id,
    name,
    secret: key,
    enabled: enabled ?? true,
    ...(allowedModels.length === 0 ? {} : { models: allowedModels }),
    ...(rateLimit === undefined
      ? {}
      : {
          limits: {
            requestsPerSecond: rateLimit.requests_per_second,
            ...(rateLimit.burst_size === undefined ? {} : { burst: rateLimit.burst_size }),
          },
        }),
  };
}

function warningsOf(legacy: LegacyLlmProxyConfig): readonly string[] {
  const warnings: string[] = [];
  if ((legacy.master_keys ?? []).length === 0) {
    warnings.push('The file names no master_keys. llm-proxy was open then; here every request is answered 401 unless ALLOW_ANONYMOUS=true.');
  }
  if (legacy.verify_ssl === false) warnings.push('The certificates of all providers are not checked (verify_ssl: false).');
  return warnings;
}

/** `virtualKeys[0].limits.burst` → `master_keys[0].rate_limit`. */
function writtenPath([list, index, field]: ConfigPath): ConfigPath {
  const root = list === 'virtualKeys' ? 'master_keys' : list;
  return [root, index, typeof field === 'string' ? (WRITTEN_AS[field] ?? field) : undefined].filter((step) => step !== undefined);
}
