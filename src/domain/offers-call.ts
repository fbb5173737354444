import type { CallKind, Dialect } from './dialect.ts';

/** Whether a host takes calls of this kind; one without a dialect takes all of its protocol's. */
export function offersCall(dialect: Dialect | undefined, kind: CallKind): boolean {
  return dialect?.calls === undefined || dialect.calls[kind] !== undefined;
}
