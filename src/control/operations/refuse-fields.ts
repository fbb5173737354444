import type { ConfigError } from '../../config/config-error.ts';
import { OperationError, type FieldProblem } from '../operation-error.ts';

/** A refusal for wrong fields; its sentence is about the first. */
export function refuseFields(problems: readonly FieldProblem[]): OperationError {
  const more = problems.length > 1 ? ` There are ${problems.length - 1} problems more.` : '';
  return new OperationError('invalid_field', `${sentenceOfProblem(problems[0])}${more}`, { problems });
}

export function sentenceOfProblem(problem: FieldProblem | undefined): string {
  const { path, message } = problem ?? { path: '', message: 'The request cannot be used.' };
  const text = path === '' ? message : `${path} ${message}`;
  return /[.?!]$/u.test(text) ? text : `${text}.`;
}

/** What is wrong with a provider that was checked as the only one of a configuration: its own fields. */
export function problemsOfProvider(error: ConfigError): readonly FieldProblem[] {
  return error.problems.map(({ path, message }) => ({ path: path.replace(/^providers\[0\]\.?/u, ''), message }));
}
