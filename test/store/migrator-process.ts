// Brings the database of its first argument (JSON) up to date. Says `waiting` before it takes the lock, then what it applied, as JSON.
// With a number as second argument it kills itself behind that statement.
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { MIGRATION_USE } from '../../src/store/database.ts';
import { migrateUp } from '../../src/store/migrations/migrate-up.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { StatementCounter } from '../support/statement-counter.ts';

const database = await openDatabase(JSON.parse(process.argv[2] ?? '') as DatabaseConfig, MIGRATION_USE);
const { schema } = database;
const counter = new StatementCounter(Number(process.argv[3] ?? 0), () => process.kill(process.pid, 'SIGKILL'));
const applied = await migrateUp(
  {
    ...database,
    db: database.db.withPlugin(counter),
    schema: {
      ...schema,
      withMigrationLock: (db, work) => {
        process.stdout.write('waiting\n');
        return schema.withMigrationLock(db, work);
      },
    },
  },
  Date.now(),
);
await database.close();
process.stdout.write(`${JSON.stringify(applied.map(({ version }) => version))}\n`);
