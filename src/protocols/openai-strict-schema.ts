import { isObject, type JsonObject } from '../lib/json-reading.ts';

/** Keywords under which further schemas stand, by themselves, as list or as map. */
const INNER = ['items', 'not', 'anyOf', 'allOf', 'prefixItems'] as const;
const MAPS = ['$defs', 'definitions'] as const;

/**
 * True for a schema that OpenAI takes as strict: every object lists its properties, requires all of them and forbids others. A schema that is
 * not so is refused with 400 when it is sent as strict.
 */
export function isStrictSchema(schema: unknown, isRoot = true): boolean {
  if (!isObject(schema)) return schema === undefined;
  if ('oneOf' in schema || 'patternProperties' in schema) return false;
  const { type, properties } = schema;
  if (isRoot && (type !== 'object' || 'anyOf' in schema)) return false;
  const isObjectType = type === 'object' || (Array.isArray(type) && type.includes('object')) || properties !== undefined;
  if (isObjectType && !isClosedObject(schema)) return false;
  for (const keyword of INNER) {
    const inner = schema[keyword];
    const list: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
    if (!list.every((each) => isStrictSchema(each, false))) return false;
  }
  return MAPS.every((keyword) => isStrictMap(schema[keyword])) && isStrictMap(properties);
}

function isClosedObject(schema: Readonly<Record<string, unknown>>): boolean {
  const { properties, required, additionalProperties } = schema;
  if (additionalProperties !== false) return false;
  const names = isObject(properties) ? Object.keys(properties) : [];
  return names.every((name) => Array.isArray(required) && required.includes(name));
}

function isStrictMap(map: unknown): boolean {
  return !isObject(map) || Object.values(map).every((each) => isStrictSchema(each, false));
}

/** The schema of a tool without parameters as strict tools have it; others as they are. */
export function closeEmptySchema(schema: JsonObject): JsonObject {
  const { properties, additionalProperties } = schema;
  const isEmpty = schema['type'] === 'object' && (properties === undefined || (isObject(properties) && Object.keys(properties).length === 0));
  return isEmpty && additionalProperties === undefined ? { ...schema, properties: {}, required: [], additionalProperties: false } : schema;
}
