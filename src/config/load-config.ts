import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { PresetCatalogue } from '../domain/preset.ts';
import type { BootstrapConfig } from './bootstrap-config.ts';
import { ConfigError } from './config-error.ts';
import { readEnvironmentConfig } from './environment-source.ts';
import type { Environment } from './expand-environment.ts';
import { addGlobalKeys } from './global-keys.ts';
import type { LoadedConfig } from './loaded-config.ts';
import type { GatewayConfig } from './schema/gateway-config-schema.ts';
import { validateConfig } from './validate-config.ts';
import { readYamlConfig } from './yaml-source.ts';

/** As snapshots and messages name the configuration of the database. */
const DATABASE_SOURCE = 'database';
const DEFAULT_IDLE_MS = 120_000;

/** Reads the configuration from the file of the bootstrap, else from variables, and adds what variables say in both modes. Throws ConfigError. */
export function loadConfig(bootstrap: BootstrapConfig, environment: Environment, presets: PresetCatalogue): LoadedConfig {
  if (bootstrap.configFile === null) return withOverlay(readEnvironmentConfig(environment, presets), bootstrap);
  return parseConfigFile(readConfigFile(bootstrap.configFile), bootstrap, environment, presets);
}

/** A configuration that is kept elsewhere, with what variables add behind it: providers of well-known keys, unless one of the same id is there. */
export function layerEnvironment(
  stored: GatewayConfig,
  bootstrap: BootstrapConfig,
  environment: Environment,
  presets: PresetCatalogue,
): { readonly loaded: LoadedConfig; readonly added: GatewayConfig } {
  const found = readEnvironmentConfig(environment, presets);
  const ids = new Set(stored.providers?.map(({ id }) => id));
  const [known, added] = partition(found.config.providers ?? [], ({ id }) => ids.has(id));
  const warnings = known.map(({ id }) => `The variables of the provider ${id} are left out: the database has a provider of that id.`);
  const config = validateConfig(
    { ...stored, providers: [...(stored.providers ?? []), ...added] },
    { presets, source: DATABASE_SOURCE, locate: () => null },
  );
  const loaded = withOverlay({ ...found, config, source: DATABASE_SOURCE, warnings: [...found.warnings, ...warnings] }, bootstrap);
  const keys = loaded.config.virtualKeys?.slice(config.virtualKeys?.length ?? 0) ?? [];
  return { loaded, added: { ...(added.length === 0 ? {} : { providers: added }), ...(keys.length === 0 ? {} : { virtualKeys: keys }) } };
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** The same for a file whose text is at hand, as the watcher has it. */
export function parseConfigFile(text: string, bootstrap: BootstrapConfig, environment: Environment, presets: PresetCatalogue): LoadedConfig {
  const source = nameOfFile(bootstrap.configFile ?? 'headgate.yaml');
  return withOverlay(readYamlConfig(text, { source, environment, presets }), bootstrap);
}

/** A file as messages name it: relative below the working directory, else absolute. */
function nameOfFile(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const message = code === 'ENOENT' ? 'the file does not exist' : `the file cannot be read (${code})`;
    throw new ConfigError(nameOfFile(file), [{ path: '', line: null, column: null, message }]);
  }
}

function withOverlay(loaded: LoadedConfig, bootstrap: BootstrapConfig): LoadedConfig {
  const requestTimeoutMs = bootstrap.requestTimeoutMs ?? loaded.requestTimeoutMs;
  const config = addGlobalKeys(withTimeout(withAnonymous(loaded.config, bootstrap.allowAnonymous), requestTimeoutMs), bootstrap.globalProxyKeys);
  return { ...loaded, config, requestTimeoutMs };
}

function withAnonymous(config: GatewayConfig, allowAnonymous: boolean | null): GatewayConfig {
  return allowAnonymous === null ? config : { ...config, settings: { ...config.settings, allowAnonymous } };
}

/** The wait of older programs bounds each silence, not the whole of a long stream. Times that a provider writes itself win. */
function withTimeout(config: GatewayConfig, timeoutMs: number | null): GatewayConfig {
  if (timeoutMs === null || config.providers === undefined) return config;
  const times = { firstByteMs: timeoutMs, idleMs: Math.min(timeoutMs, DEFAULT_IDLE_MS) };
  return { ...config, providers: config.providers.map((provider) => ({ ...provider, timeouts: { ...times, ...provider.timeouts } })) };
}
