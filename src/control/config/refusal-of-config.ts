import type { ConfigError } from '../../config/config-error.ts';
import { entityName } from './config-view.ts';
import type { ConfigDraft, DraftChange } from './config-draft.ts';
import { OperationError, type FieldProblem } from '../operation-error.ts';

const PLACE = /^(?<list>providers|virtualKeys)\[(?<index>\d+)\](?:\.keys\[(?<key>\d+)\])?\.?(?<field>.*)$/u;
const MOST = 50;

/** A configuration that cannot be used, told to whoever changed it: fields of the thing that they sent, others by name. */
export function refusalOfConfig(error: ConfigError, draft: ConfigDraft, changes: readonly DraftChange[]): OperationError {
  const [only, ...others] = changes.filter(({ after }) => after !== null);
  const own = only === undefined || others.length > 0 ? null : entityName(only.kind, only.id);
  const problems = error.problems.slice(0, MOST).map(({ path, message }) => ({ path: fieldOf(path, draft, own), message }));
  const [first] = problems;
  const more = error.problems.length > 1 ? ` There are ${error.problems.length - 1} problems more.` : '';
  return new OperationError('invalid_field', `${sentenceOf(first)}${more}`, { problems });
}

function sentenceOf(problem: FieldProblem | undefined): string {
  if (problem === undefined) return 'The configuration cannot be used.';
  const { path, message } = problem;
  const text = path === '' ? message : `${path} ${message}`;
  return /[.?!]$/u.test(text) ? text : `${text}.`;
}

function fieldOf(path: string, draft: ConfigDraft, own: string | null): string {
  const { list, index, key, field = '' } = PLACE.exec(path)?.groups ?? {};
  if (list === undefined || index === undefined) return path.replace(/^settings\./u, '');
  const owner = draft.list(list === 'providers' ? 'provider' : 'virtual-key')[Number(index)];
  if (owner === undefined) return path;
  const keys = draft.list('provider-key').filter(({ id }) => id.startsWith(`${owner.id}/`));
  const meant = key === undefined ? owner : keys[Number(key)];
  if (meant === undefined) return path;
  if (entityName(meant.kind, meant.id) === own) return field;
  return `${list}.${meant.id.replace('/', '.keys.')}${field === '' ? '' : `.${field}`}`;
}
