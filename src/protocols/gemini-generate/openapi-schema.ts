import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { camelCase } from './camel-case-names.ts';

/** Keywords whose value is one schema, a list of schemas, or schemas by name. */
const SCHEMAS = new Set(['items', 'additionalProperties', 'not']);
const SCHEMA_LISTS = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const SCHEMA_MAPS = new Set(['properties', 'defs', '$defs']);
/** 64-bit numbers, which Google's JSON writes as strings. */
const COUNTS = new Set(['minItems', 'maxItems', 'minProperties', 'maxProperties', 'minLength', 'maxLength']);

/** Gemini's `Schema` (a part of OpenAPI 3.0, types in capitals) as JSON Schema. */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const found: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(schema)) {
    const name = camelCase(written);
    if (value === null && name !== 'default' && name !== 'example') continue;
    writeKeyword(found, name, value);
  }
  const ordered = orderProperties(found, schema['propertyOrdering'] ?? schema['property_ordering']);
  return schema['nullable'] === true ? withNull(ordered) : ordered;
}

function writeKeyword(to: Record<string, unknown>, name: string, value: unknown): void {
  if (name === 'nullable' || name === 'propertyOrdering') return;
  if (name === 'type') {
    const type = typeof value === 'string' ? value.toLowerCase() : value;
    if (type !== 'type_unspecified') to['type'] = type;
  } else if (name === 'example') to['examples'] = [value];
  // `enum` as a format says only that there is an `enum`.
  else if (name === 'format' && value === 'enum') return;
  else if (COUNTS.has(name) && typeof value === 'string') to[name] = Number(value);
  else if (SCHEMAS.has(name) && isObject(value)) to[name] = jsonSchemaOf(value);
  else if (SCHEMA_LISTS.has(name) && Array.isArray(value)) to[name] = value.map((each: unknown) => (isObject(each) ? jsonSchemaOf(each) : each));
  else if (SCHEMA_MAPS.has(name) && isObject(value)) to[name === 'defs' ? '$defs' : name] = mapSchemas(value);
  else if (name === 'ref' && typeof value === 'string') to['$ref'] = value.replace('#/defs/', '#/$defs/');
  else to[name] = value;
}

function mapSchemas(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, isObject(schema) ? jsonSchemaOf(schema) : schema]));
}

/** JSON Schema has no word for the order of properties; models follow the order in which they are listed. */
function orderProperties(schema: JsonObject, ordering: unknown): JsonObject {
  const { properties } = schema;
  if (!Array.isArray(ordering) || !isObject(properties)) return schema;
  const listed = ordering.filter((name: unknown): name is string => typeof name === 'string' && Object.hasOwn(properties, name));
  const names = new Set([...listed, ...Object.keys(properties)]);
  return { ...schema, properties: Object.fromEntries(Array.from(names, (name) => [name, properties[name]])) };
}

function withNull(schema: JsonObject): JsonObject {
  const { type, enum: values, anyOf } = schema;
  const listed = Array.isArray(values) && !values.includes(null) ? { enum: [...(values as unknown[]), null] } : {};
  if (typeof type === 'string') return type === 'null' ? schema : { ...schema, type: [type, 'null'], ...listed };
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as unknown[]), { type: 'null' }] };
  return { ...schema, ...listed };
}
