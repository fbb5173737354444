import type { PresetCatalogue } from '../domain/preset.ts';
import { checkProvider } from './check-provider.ts';
import { checkShape, type ShapeSchema } from './check-shape.ts';
import { checkVirtualKeys } from './check-virtual-keys.ts';
import type { ConfigPath } from './config-path.ts';
import { ConfigProblems, type SourcePlaces } from './config-problems.ts';
import type { GatewayConfig } from './schema/gateway-config-schema.ts';
import gatewayConfigSchema from './schema/gateway-config.generated.json' with { type: 'json' };

export interface ValidationContext extends SourcePlaces {
  readonly presets: PresetCatalogue;
  /** Whether the text at this path came out of a variable. Default: never. */
  readonly isExpanded?: (path: ConfigPath) => boolean;
}

/** Turns a plain value into a checked configuration. Throws ConfigError with every problem: first of the shape, else of the references. */
export function validateConfig(value: unknown, context: ValidationContext): GatewayConfig {
  const problems = new ConfigProblems(context);
  // An empty file is an empty configuration.
  const config = checkShape(gatewayConfigSchema as ShapeSchema, value ?? {}, [], {
    problems,
    isExpanded: context.isExpanded ?? (() => false),
  }) as GatewayConfig;
  problems.throwIfAny();
  checkReferences(config, context.presets, problems);
  problems.throwIfAny();
  return config;
}

function checkReferences(config: GatewayConfig, presets: PresetCatalogue, problems: ConfigProblems): void {
  const providers = config.providers ?? [];
  const ids = new Map<string, number>();
  for (const [index, provider] of providers.entries()) {
    const path: ConfigPath = ['providers', index];
    const sameId = ids.get(provider.id);
    if (sameId !== undefined) problems.add([...path, 'id'], `repeats the id of providers[${sameId}]`);
    ids.set(provider.id, sameId ?? index);
    checkProvider(provider, path, presets, problems);
  }
  checkVirtualKeys(config.virtualKeys ?? [], new Set(ids.keys()), problems);
}
