import type { Preset, PresetCatalogue } from '../domain/preset.ts';
import { baseUrlsFromEnvironment, baseUrlVariablesOf } from './environment-base-urls.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { Environment } from './expand-environment.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { isHeaderSafe, normaliseSecret } from './normalise-secret.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';
import { validateConfig } from './validate-config.ts';

/**
 * Makes providers of well-known variables: OPENAI_API_KEY=a,b is a provider `openai` with two keys. Used when there is no file.
 * Throws ConfigError that names the variables.
 */
export function readEnvironmentConfig(environment: Environment, presets: PresetCatalogue): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  const report = (path: string, message: string): void => {
    problems.push({ path, line: null, column: null, message });
  };
  const providers = [...presets.values()].flatMap((preset) => providerOf(preset, environment, report, warnings) ?? []);
  if (problems.length > 0) throw new ConfigError('environment', problems);
  const config = validateConfig({ providers }, { presets, source: 'environment', locate: () => null });
  return { config, source: providers.length === 0 ? 'nothing' : 'environment', warnings, server: {}, requestTimeoutMs: null };
}

type Report = (variable: string, message: string) => void;

function providerOf(preset: Preset, environment: Environment, report: Report, warnings: string[]): ProviderConfig | undefined {
  const keys = keysOf(preset, environment, report);
  const bases = baseUrlsFromEnvironment(preset, environment, report);
  // A model server of one's own needs no key, so its address alone is enough.
  if (keys.length === 0 && !(preset.local === true && bases !== undefined)) return undefined;
  if (bases === undefined && Object.keys(preset.protocols).length === 0) {
    warnings.push(`The keys of ${preset.label} are left out, because its address is missing: set ${baseUrlVariablesOf(preset)[0] ?? 'a file'}.`);
    return undefined;
  }
  return { id: preset.id, name: preset.label, preset: preset.id, keys: [...keys], ...(bases === undefined ? {} : { protocols: bases }) };
}

/** All keys of a preset's variables, in order, each once. */
function keysOf(preset: Preset, environment: Environment, report: Report): readonly string[] {
  const keys = new Set<string>();
  for (const variable of preset.env ?? []) {
    for (const entry of (environment[variable] ?? '').split(',')) {
      const secret = normaliseSecret(entry);
      if (!isHeaderSafe(secret)) report(variable, 'each key must be one word of visible ASCII characters');
      else if (secret !== '') keys.add(secret);
    }
  }
  return [...keys];
}
