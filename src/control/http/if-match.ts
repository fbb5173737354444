import { OperationError } from '../operation-error.ts';

/** The revision that a client has seen, from `If-Match: "12"`; null: it does not say, or any. @throws {OperationError} `invalid_request`. */
export function readIfMatch(headers: Readonly<Record<string, string | undefined>>): number | null {
  const text = headers['if-match']?.trim();
  if (text === undefined || text === '' || text === '*') return null;
  const number = /^(?:W\/)?"(?<revision>\d{1,15})"$/u.exec(text)?.groups?.['revision'];
  if (number === undefined) throw new OperationError('invalid_request', 'If-Match must be the ETag that the thing was read with.');
  return Number(number);
}

/** The ETag of a thing of this revision. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}
