import { checkShape, type ShapeSchema } from './check-shape.ts';
import type { ConfigPath } from './config-path.ts';
import { ConfigProblems, type Locate } from './config-problems.ts';
import { type Environment, expandEnvironment } from './expand-environment.ts';
import type { GatewayConfig } from './schema/gateway-config-schema.ts';
import gatewayConfigSchema from './schema/gateway-config.generated.json' with { type: 'json' };
import { variableOfPlaceholder } from './secret-placeholder.ts';
import { parseYaml } from './yaml-document.ts';

const REFERENCE = /\$\$\{|\$\{/gu;
const FOREIGN =
  'names a variable, and what the variables of the server hold is nobody’s to read through an import; write the value, or "$${" for the signs "${"';

/**
 * Reads a configuration that is brought in, as text or as the value that a JSON body was. Its shape is checked; references are when the whole
 * is known. Placeholders of an export stay, in the places of secrets, as `${HEADGATE_…}`.
 * @param environment Where `${NAME}` is looked up; null: nowhere, as for whoever is not at this machine. Throws ConfigError.
 */
export function readImportedConfig(written: unknown, source: string, environment: Environment | null): GatewayConfig {
  const { value, locate } = typeof written === 'string' ? parseYaml(written, source) : { value: written, locate: nowhere };
  const problems = new ConfigProblems({ source, locate });
  const prepared = prepare(value, [], environment, problems);
  problems.throwIfAny();
  const expanded = expandEnvironment(prepared, environment ?? {}, problems);
  problems.throwIfAny();
  const { isExpanded } = expanded;
  const config = checkShape(gatewayConfigSchema as ShapeSchema, expanded.value ?? {}, [], { problems, isExpanded }) as GatewayConfig;
  problems.throwIfAny();
  return config;
}

const nowhere: Locate = () => null;

/** Puts placeholders out of reach of the expansion, and refuses every other reference where none may be looked up. */
function prepare(node: unknown, path: ConfigPath, environment: Environment | null, problems: ConfigProblems): unknown {
  if (typeof node === 'string') {
    const name = isSecretPlace(path) ? variableOfPlaceholder(node) : null;
    if (name !== null && environment?.[name] === undefined) return `$${node}`;
    if (environment === null && node.match(REFERENCE)?.includes('${') === true) problems.add(path, FOREIGN);
    return node;
  }
  if (Array.isArray(node)) return node.map((item, index) => prepare(item, [...path, index], environment, problems));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([name, field]) => [name, prepare(field, [...path, name], environment, problems)]));
}

/** Where exports have placeholders: `providers[0].keys[0].secret` or `.headers.x`, `virtualKeys[0].secret`. */
function isSecretPlace([list, , field, , member]: ConfigPath): boolean {
  if (list === 'virtualKeys') return field === 'secret';
  if (list !== 'providers') return false;
  if (field === 'keys') return member === 'secret';
  return field === 'headers' || field === 'query' || field === 'proxyUrl';
}
