import { databaseLabel, type ServerDatabaseConfig } from '../config/database-config.ts';
import { INSPECTION_USE } from './database.ts';
import { listPending } from './migrations/list-pending.ts';
import { mysqlRefusal } from './mysql/mysql-failure.ts';
import { openDatabase } from './open-database.ts';
import { postgresRefusal } from './postgres/postgres-failure.ts';
import { reasonOf } from './reason-of.ts';
import { StoreError } from './store-error.ts';

const BAD_CERTIFICATE = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** The part of `inspectDatabase` for servers. */
export async function inspectServer(config: ServerDatabaseConfig): Promise<void> {
  const database = await openDatabase(config, INSPECTION_USE);
  try {
    await listPending(database);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const refusal = error instanceof Error ? refusalOf(config, error) : null;
    if (refusal === null) return;
    throw new StoreError(
      `The database ${databaseLabel(config)} ${refusal} (${reasonOf(error)}). Nothing was changed. Check DATABASE_URL, or DB_TYPE and its like.`,
    );
  } finally {
    await database.close().catch(() => undefined);
  }
}

function refusalOf(config: ServerDatabaseConfig, error: Error): string | null {
  if (BAD_CERTIFICATE.test('code' in error ? String(error.code) : '')) return 'shows a certificate that is not trusted';
  return config.kind === 'postgres' ? postgresRefusal(error) : mysqlRefusal(error);
}
