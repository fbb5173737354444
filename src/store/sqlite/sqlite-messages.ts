import type { QueryResult } from 'kysely';
import type { SqlParameter } from '../check-parameters.ts';

/** From the main thread to a thread of SQLite. */
export type SqliteOrder =
  | { readonly kind: 'statement'; readonly sql: string; readonly parameters: readonly SqlParameter[] }
  | { readonly kind: 'close' };

/** From a thread of SQLite to the main one: one for having opened the file, then one for each statement, in their order. */
export type SqliteNews =
  | { readonly kind: 'done'; readonly result: QueryResult<unknown> }
  | { readonly kind: 'failed'; readonly message: string; readonly errcode: number | null };
