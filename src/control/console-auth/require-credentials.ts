import { weaknessOfPassword } from '../../security/passwords/password-rules.ts';
import { OperationError, type FieldProblem } from '../operation-error.ts';
import { isUserName } from './user-name.ts';

/** @throws {OperationError} `invalid_field`, of `username`. */
export function requireUserName(userName: string): void {
  if (!isUserName(userName)) refuse([nameProblem()]);
}

/**
 * @param field The name of the password's field.
 * @throws {OperationError} `invalid_field`.
 */
export function requirePassword(password: string, userName: string, field: string): void {
  const weakness = weaknessOfPassword(password, userName);
  if (weakness !== null) refuse([{ path: field, message: weakness }]);
}

/** Both of a new user at once, so that all that is wrong is said together. @throws {OperationError} `invalid_field`. */
export function requireCredentials(userName: string, password: string): void {
  const problems = isUserName(userName) ? [] : [nameProblem()];
  const weakness = weaknessOfPassword(password, userName);
  if (weakness !== null) problems.push({ path: 'password', message: weakness });
  if (problems.length > 0) refuse(problems);
}

function nameProblem(): FieldProblem {
  return { path: 'username', message: 'needs 3 to 32 letters, digits, dots, hyphens or underscores' };
}

function refuse(problems: readonly FieldProblem[]): never {
  throw new OperationError('invalid_field', `${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}.`, { problems });
}
