import { exchanges } from './0001-exchanges.ts';
import { ownersOfOpenExchanges } from './0002-owners-of-open-exchanges.ts';
import type { Migration } from './migration.ts';

/** Every change of the schema, oldest first. A released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [exchanges, ownersOfOpenExchanges];
