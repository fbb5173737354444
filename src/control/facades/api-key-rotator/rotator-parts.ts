import { OperationError } from '../../operation-error.ts';
import type { ControlServices } from '../../control-services.ts';
import type { NumberedThings } from '../numbered-things.ts';

export interface RotatorParts {
  readonly services: ControlServices;
  readonly numbered: NumberedThings;
}

/** The provider of a config; null: there is none. @throws {OperationError} `invalid_field`: this is no id. */
export function findConfig({ numbered }: RotatorParts, id: string): string | null {
  if (!/^\d+$/u.test(id)) throw new OperationError('invalid_field', 'Invalid ID', { problems: [{ path: 'id', message: 'must be a number' }] });
  return numbered.findProvider(id);
}

/** @throws {OperationError} `not_found`. */
export function requireConfig(parts: RotatorParts, id: string): string {
  const provider = findConfig(parts, id);
  if (provider === null) throw new OperationError('not_found', 'Config not found');
  return provider;
}
