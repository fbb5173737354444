import type { ErrorKind } from '../domain/gateway-error.ts';

const TELLING: Readonly<Record<number, ErrorKind>> = {
  401: 'auth',
  402: 'rate-limit',
  403: 'permission',
  404: 'not-found',
  408: 'timeout',
  413: 'too-large',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

/** What an upstream's status says by itself; null: no more than whose fault it was. */
export function tellingStatus(status: number): ErrorKind | null {
  return TELLING[status] ?? null;
}

/** The kind of an error of which nothing but the status is known. */
export function kindOfStatus(status: number): ErrorKind {
  return tellingStatus(status) ?? (status < 500 ? 'invalid-request' : 'upstream');
}
