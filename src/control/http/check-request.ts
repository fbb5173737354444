import type { TSchema } from 'typebox';
import { checkShape, type ShapeSchema } from '../../config/check-shape.ts';
import { ConfigError } from '../../config/config-error.ts';
import { ConfigProblems } from '../../config/config-problems.ts';
import { OperationError } from '../operation-error.ts';

/** Where a value comes from: of addresses everything is text, of bodies null may mean "clear this field". */
export type RequestPart = 'body' | 'query' | 'params';

/**
 * Checks a part of a request against its schema, with numbers and flags of addresses read from their text.
 * @throws {OperationError} `invalid_field` with the path of each wrong field.
 */
export function checkRequestPart(schema: TSchema, value: unknown, part: RequestPart): unknown {
  const problems = new ConfigProblems({ source: part, locate: () => null });
  const shape = schema as ShapeSchema;
  const checked = checkShape(shape, value, [], {
    problems,
    isExpanded: () => part !== 'body',
    keepsNull: (path) => part === 'body' && path.length === 1 && mayBeNull(shape.properties?.[String(path[0])]),
  });
  try {
    problems.throwIfAny();
  } catch (error) {
    if (error instanceof ConfigError) throw refusalOf(error);
    throw error;
  }
  return checked;
}

function mayBeNull(schema: ShapeSchema | undefined): boolean {
  return schema?.anyOf?.some(({ type }) => type === 'null') === true;
}

function refusalOf({ problems: found }: ConfigError): OperationError {
  const problems = found.map(({ path, message }) => ({ path, message }));
  const [first] = problems;
  const place = first === undefined || first.path === '' ? 'The request' : first.path;
  const text = `${place} ${first?.message ?? 'is wrong'}`;
  return new OperationError('invalid_field', /[.?!]$/u.test(text) ? text : `${text}.`, { problems });
}
