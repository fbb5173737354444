// Makes docs/reference/headgate.schema.json, the JSON Schema that editors use for headgate.yaml.
import { GatewayConfigSchema } from '../../src/config/schema/gateway-config-schema.ts';

export function generate(): Record<string, string> {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...(withoutOwnWords(GatewayConfigSchema) as object) };
  return { 'docs/reference/headgate.schema.json': `${JSON.stringify(schema, null, 2)}\n` };
}

/** `expected` is for our own messages; strict validators refuse words that they do not know. */
function withoutOwnWords(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutOwnWords);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([name, value]) => (name === 'expected' && typeof value === 'string' ? [] : [[name, withoutOwnWords(value)]])),
  );
}
