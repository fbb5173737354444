import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** Keywords whose members are names of the user's choice, each with a schema. */
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
/** Keywords whose value is data, not a schema. */
const DATA = new Set(['const', 'default', 'enum', 'examples', 'required']);

/** The schema without `$schema`, at any depth, which Google's servers refuse. A property of that name stays. */
export function withoutSchemaUri(schema: JsonObject): JsonObject {
  const kept: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$schema') continue;
    if (DATA.has(keyword)) kept[keyword] = value;
    else if (SCHEMA_MAPS.has(keyword) && isObject(value))
      kept[keyword] = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cleanValue(each)]));
    else kept[keyword] = cleanValue(value);
  }
  return kept;
}

function cleanValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleanValue);
  return isObject(value) ? withoutSchemaUri(value) : value;
}
