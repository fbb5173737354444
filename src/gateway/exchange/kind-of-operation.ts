import type { CallKind } from '../../domain/dialect.ts';
import type { Operation } from '../http/match-path.ts';

/** What an operation asks a host for; null: a call that is only passed on. */
export function kindOfOperation(operation: Operation | null, stream: boolean): CallKind {
  switch (operation) {
    case 'generate':
      return stream ? 'stream' : 'answer';
    case 'count':
      return 'count';
    case 'embed':
    case null:
      return 'other';
  }
}
