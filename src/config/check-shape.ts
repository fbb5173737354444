import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import { nearestName } from './nearest-name.ts';
import { safeQuote } from './safe-quote.ts';

/** The part of JSON Schema that the configuration schema uses. */
export interface ShapeSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, ShapeSchema>>;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean;
  readonly patternProperties?: Readonly<Record<string, ShapeSchema>>;
  readonly minProperties?: number;
  readonly items?: ShapeSchema;
  readonly anyOf?: readonly ShapeSchema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly expected?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface ShapeCheck {
  readonly problems: ConfigProblems;
  /** Whether the string at this path came out of a variable, so that `"8080"` may stand for a number. */
  readonly isExpanded: (path: ConfigPath) => boolean;
  /** Whether null in this field says something, as "clear it" does; absent: it counts as a field that is not there. */
  readonly keepsNull?: (path: ConfigPath) => boolean;
}

/**
 * Checks a value against the schema and adds each problem with its path. Own code and not the validator of the schema package, because people
 * need the nearest name, one message a mistake inside unions, and numbers that came from variables. Returns the value with those converted.
 */
export function checkShape(schema: ShapeSchema, value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  if (schema.anyOf !== undefined) return checkUnion(schema.anyOf, value, path, check);
  if (schema.enum !== undefined) return checkOneOf(schema.enum, value, path, check);
  if (schema.const !== undefined) return checkOneOf([schema.const], value, path, check);
  switch (schema.type) {
    case 'object':
      return checkObject(schema, value, path, check);
    case 'array':
      return checkArray(schema, value, path, check);
    case 'string':
      return checkString(schema, value, path, check);
    case 'boolean':
      return checkBoolean(value, path, check);
    case 'integer':
    case 'number':
      return checkNumber(schema, value, path, check);
    case undefined:
      return value;
    default:
      throw new Error(`The configuration schema uses the unknown type ${String(schema.type)}.`);
  }
}

function checkUnion(options: readonly ShapeSchema[], value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  const [only, ...others] = options.filter(({ type }) => type !== 'null');
  if (only !== undefined && others.length === 0) return checkShape(only, value, path, check);
  const fitting = options.find((option) => option.type === kindOf(value));
  if (fitting !== undefined) return checkShape(fitting, value, path, check);
  check.problems.add(path, `must be ${options.map((option) => nameOfType(option.type)).join(' or ')}`);
  return value;
}

function checkOneOf(options: readonly unknown[], value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  const allowed = options.map(String);
  if (typeof value === 'string' && allowed.includes(value)) return value;
  const near = typeof value === 'string' ? nearestName(value, allowed) : undefined;
  check.problems.add(
    path,
    `must be ${allowed.join(', ')}`.replace(/, ([^,]*)$/u, ' or $1') + (near === undefined ? '' : `, did you mean "${near}"?`),
  );
  return value;
}

function checkObject(schema: ShapeSchema, value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  if (kindOf(value) !== 'object') {
    check.problems.add(path, 'must be a mapping of names to values');
    return value;
  }
  const fields = Object.entries(value as Record<string, unknown>);
  const known = schema.properties ?? {};
  const anyField = Object.values(schema.patternProperties ?? {})[0];
  const checked: [string, unknown][] = [];
  for (const [name, field] of fields) {
    const fieldSchema = Object.hasOwn(known, name) ? known[name] : anyField;
    if (fieldSchema === undefined) {
      if (schema.additionalProperties === false) check.problems.add([...path, name], unknownField(name, Object.keys(known)), 'name');
      continue;
    }
    // A name with nothing after it counts as absent, as YAML files with commented-out lists have it.
    if (field === null && schema.required?.includes(name) !== true) {
      if (check.keepsNull?.([...path, name]) === true) checked.push([name, null]);
      continue;
    }
    checked.push([name, checkShape(fieldSchema, field, [...path, name], check)]);
  }
  for (const name of schema.required ?? []) {
    if (!fields.some(([present]) => present === name)) check.problems.add(path, `needs the field "${name}"`);
  }
  if (fields.length < (schema.minProperties ?? 0)) check.problems.add(path, 'must not be empty');
  return Object.fromEntries(checked);
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return ['unknown field', safeQuote(name)].filter(Boolean).join(' ') + (near === undefined ? '' : `, did you mean "${near}"?`);
}

function checkArray(schema: ShapeSchema, value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  if (!Array.isArray(value)) {
    check.problems.add(path, 'must be a list');
    return value;
  }
  if (value.length < (schema.minItems ?? 0)) check.problems.add(path, 'must not be an empty list; leave the field out instead');
  if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) {
    check.problems.add(path, `must not have more than ${schema.maxItems} entries`);
    return value;
  }
  const { items } = schema;
  return items === undefined ? value : value.map((item: unknown, index) => checkShape(items, item, [...path, index], check));
}

function checkString(schema: ShapeSchema, value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  if (typeof value !== 'string')
    check.problems.add(path, typeof value === 'number' || typeof value === 'boolean' ? 'must be text; put it into quotes' : 'must be text');
  else if (schema.minLength !== undefined && value.length < schema.minLength) check.problems.add(path, 'must not be empty');
  else if (schema.maxLength !== undefined && value.length > schema.maxLength)
    check.problems.add(path, `must not be longer than ${schema.maxLength} characters`);
  else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    check.problems.add(path, `must be ${schema.expected ?? 'of another form'}`);
  return value;
}

function checkBoolean(value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  if (typeof value === 'boolean') return value;
  if (check.isExpanded(path) && (value === 'true' || value === 'false')) return value === 'true';
  check.problems.add(path, 'must be true or false');
  return value;
}

function checkNumber(schema: ShapeSchema, value: unknown, path: ConfigPath, check: ShapeCheck): unknown {
  const number = typeof value === 'string' && check.isExpanded(path) && value.trim() !== '' ? Number(value) : value;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  if (typeof number !== 'number' || !Number.isFinite(number))
    check.problems.add(path, schema.type === 'integer' ? 'must be a whole number' : 'must be a number');
  else if (schema.type === 'integer' && !Number.isSafeInteger(number)) check.problems.add(path, 'must be a whole number');
  else if (number < minimum) check.problems.add(path, `must be ${minimum} or more`);
  else if (number > maximum) check.problems.add(path, `must be ${maximum} or less`);
  return number;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function nameOfType(type: string | undefined): string {
  if (type === 'object') return 'a mapping';
  if (type === 'array') return 'a list';
  return type === 'string' ? 'text' : (type ?? 'another value');
}
