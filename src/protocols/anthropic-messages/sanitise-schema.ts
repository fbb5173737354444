import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** A schema as the API takes it, and whether words of it had to go. */
export interface SanitisedSchema {
  readonly schema: JsonObject;
  /** Keywords that bound the answer were moved into descriptions. */
  readonly isReduced: boolean;
}

/** Passed on as they are; none of them holds a schema. */
const PLAIN = new Set(['type', 'enum', 'const', 'title', 'description', 'default', 'required', '$ref']);
/** Say what a schema is, not what it allows. */
const SILENT = new Set(['$schema', '$id', '$comment', '$anchor', 'examples', 'deprecated', 'readOnly', 'writeOnly']);
const FORMATS = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']);
/** Schemas nested deeper are the API's to refuse. */
const DEEPEST = 100;

/**
 * The part of JSON Schema that structured outputs know (Anthropic, Structured outputs, "JSON Schema limitations"): the other keywords go into
 * the description, where the model still reads them. References are left alone; whether they resolve is judged by the API.
 */
export function sanitiseSchema(schema: JsonObject): SanitisedSchema {
  const walk = new SchemaWalk();
  return { schema: walk.clean(schema, 0), isReduced: walk.isReduced };
}

class SchemaWalk {
  isReduced = false;

  clean(schema: JsonObject, depth: number): JsonObject {
    if (depth > DEEPEST) return schema;
    const kept: [string, unknown][] = [];
    const moved: [string, unknown][] = [];
    for (const [keyword, value] of Object.entries(schema)) {
      if (SILENT.has(keyword)) continue;
      const clean = this.#cleanKeyword(keyword, value, schema, depth);
      if (clean === undefined) moved.push([keyword, value]);
      else kept.push([clean.keyword, clean.value]);
    }
    if (isObjectSchema(schema)) kept.push(['additionalProperties', false]);
    if (moved.length === 0) return Object.fromEntries(kept);
    this.isReduced = true;
    // Entries become own members, whatever a property is called.
    return { ...Object.fromEntries(kept), description: describe(schema['description'], moved) };
  }

  /** Undefined: the API does not know the keyword. */
  #cleanKeyword(keyword: string, value: unknown, schema: JsonObject, depth: number): { keyword: string; value: unknown } | undefined {
    if (PLAIN.has(keyword)) return { keyword, value };
    switch (keyword) {
      case 'format':
        return typeof value === 'string' && FORMATS.has(value) ? { keyword, value } : undefined;
      case 'additionalProperties':
        // Put anew where there is an object; anything but false allowed more than the API does.
        return value === false ? { keyword, value } : undefined;
      case 'properties':
      case '$defs':
      case 'definitions':
        return isObject(value) ? { keyword, value: this.#cleanMembers(value, depth) } : undefined;
      case 'items':
        return isObject(value) ? { keyword, value: this.clean(value, depth + 1) } : undefined;
      case 'anyOf':
      case 'allOf':
        return Array.isArray(value) ? { keyword, value: this.#cleanList(value, depth) } : undefined;
      case 'oneOf':
        return Array.isArray(value) && schema['anyOf'] === undefined ? { keyword: 'anyOf', value: this.#cleanList(value, depth) } : undefined;
      default:
        return undefined;
    }
  }

  #cleanMembers(members: JsonObject, depth: number): JsonObject {
    return Object.fromEntries(Object.entries(members).map(([name, each]) => [name, isObject(each) ? this.clean(each, depth + 1) : each]));
  }

  #cleanList(list: readonly unknown[], depth: number): readonly unknown[] {
    return list.map((each) => (isObject(each) ? this.clean(each, depth + 1) : each));
  }
}

function isObjectSchema(schema: JsonObject): boolean {
  const type = schema['type'];
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || (type === undefined && isObject(schema['properties']));
}

function describe(description: unknown, moved: readonly (readonly [string, unknown])[]): string {
  const bounds = moved.map(([keyword, value]) => `${keyword}: ${JSON.stringify(value)}`).join(', ');
  return typeof description === 'string' && description !== '' ? `${description}\n\n{${bounds}}` : `{${bounds}}`;
}
