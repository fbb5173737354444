// Makes the JSON Schemas of the configuration: docs/reference/headgate.schema.json for editors of headgate.yaml, and what the program itself
// reads at the start (building them anew there would cost tens of milliseconds and megabytes).
import { GatewayConfigSchema } from '../../src/config/schema/gateway-config-schema.ts';
import { LegacyLlmProxySchema } from '../../src/config/schema/legacy-llm-proxy-schema.ts';

export function generate(): Record<string, string> {
  const published = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...(without(['expected'], GatewayConfigSchema) as object) };
  return {
    'docs/reference/headgate.schema.json': `${JSON.stringify(published, null, 2)}\n`,
    'src/config/schema/gateway-config.generated.json': `${JSON.stringify(without(['description'], GatewayConfigSchema))}\n`,
    'src/config/schema/legacy-llm-proxy.generated.json': `${JSON.stringify(without(['description'], LegacyLlmProxySchema))}\n`,
  };
}

/** Leaves out annotations: `expected` is for our own messages and strict validators refuse it, `description` is for readers only. */
function without(names: readonly string[], node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => without(names, item));
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([name, value]) => !(names.includes(name) && typeof value === 'string'));
  return Object.fromEntries(kept.map(([name, value]) => [name, without(names, value)]));
}
