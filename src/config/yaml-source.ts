import type { PresetCatalogue } from '../domain/preset.ts';
import { ConfigProblems, type SourcePlaces } from './config-problems.ts';
import { type Environment, expandEnvironment } from './expand-environment.ts';
import { isLegacyLlmProxy, readLegacyLlmProxy } from './legacy-llm-proxy.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { normaliseSecret } from './normalise-secret.ts';
import type { GatewayConfig } from './schema/gateway-config-schema.ts';
import { validateConfig } from './validate-config.ts';
import { parseYaml } from './yaml-document.ts';

export interface YamlSourceContext {
  /** How messages name the file. */
  readonly source: string;
  readonly environment: Environment;
  readonly presets: PresetCatalogue;
}

/** Reads headgate.yaml, or the config.yaml of llm-proxy, from its text. Throws ConfigError. */
export function readYamlConfig(text: string, { source, environment, presets }: YamlSourceContext): LoadedConfig {
  const document = parseYaml(text, source);
  const places: SourcePlaces = { source, locate: document.locate };
  const problems = new ConfigProblems(places);
  const { value, isExpanded } = expandEnvironment(document.value, environment, problems);
  problems.throwIfAny();
  if (isLegacyLlmProxy(value)) return readLegacyLlmProxy(value, { ...places, presets, isExpanded });
  const config = validateConfig(value, { ...places, presets, isExpanded });
  return { config, source, warnings: warningsOf(config), server: {}, requestTimeoutMs: null };
}

/** What can be used but was hardly meant. */
function warningsOf(config: GatewayConfig): readonly string[] {
  const warnings: string[] = [];
  for (const provider of config.providers ?? []) {
    for (const [index, key] of (provider.keys ?? []).entries()) {
      if (normaliseSecret(typeof key === 'string' ? key : key.secret) === '')
        warnings.push(`Key ${index + 1} of the provider ${provider.id} is empty and is left out.`);
    }
    if (provider.verifyTls === false) warnings.push(`The certificate of the provider ${provider.id} is not checked (verifyTls: false).`);
  }
  return warnings;
}
