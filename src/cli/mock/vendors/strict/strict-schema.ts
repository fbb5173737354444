import { isObject } from '../../../../lib/json-reading.ts';
import { refuseIf } from './request-check.ts';

/** What OpenAI demands of a schema that it is to follow strictly: objects are closed and all their properties required. */
export function checkStrictSchema(schema: unknown, where: string): void {
  if (!isObject(schema)) return;
  const { properties } = schema;
  if (schema['type'] === 'object' || properties !== undefined) {
    refuseIf(
      schema['additionalProperties'] !== false,
      `Invalid schema for ${where}: 'additionalProperties' is required to be supplied and to be false.`,
    );
    const names = isObject(properties) ? Object.keys(properties) : [];
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
    const missing = names.find((name) => !required.includes(name));
    refuseIf(
      missing !== undefined,
      `Invalid schema for ${where}: 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`,
    );
  }
  for (const part of partsOf(schema)) checkStrictSchema(part, where);
}

function partsOf(schema: Readonly<Record<string, unknown>>): readonly unknown[] {
  const named = [schema['properties'], schema['$defs'], schema['definitions']].flatMap((value) => (isObject(value) ? Object.values(value) : []));
  const listed = ['anyOf', 'allOf', 'oneOf'].flatMap((name) => (Array.isArray(schema[name]) ? (schema[name] as readonly unknown[]) : []));
  return [...named, ...listed, schema['items']];
}
