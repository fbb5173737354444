import { exchanges } from './0001-exchanges.ts';
import { ownersOfOpenExchanges } from './0002-owners-of-open-exchanges.ts';
import { config } from './0003-config.ts';
import { accounts } from './0004-accounts.ts';
import { indexesOfExchanges } from './0005-indexes-of-exchanges.ts';
import type { Migration } from './migration.ts';

/** Every change of the schema, oldest first. A released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [exchanges, ownersOfOpenExchanges, config, accounts, indexesOfExchanges];
