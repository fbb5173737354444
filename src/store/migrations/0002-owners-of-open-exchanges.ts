import type { Migration } from './migration.ts';

/** Several gateways can share a server; each settles what its own journal left open. */
export const ownersOfOpenExchanges: Migration = {
  version: 2,
  name: 'owners of open exchanges',

  async up(db, schema) {
    if (await schema.hasColumn(db, 'open_exchanges', 'owner')) return;
    await db.schema
      .alterTable('open_exchanges')
      .addColumn('owner', 'varchar(64)', (column) => column.notNull().defaultTo(''))
      .execute();
  },

  async down(db, schema) {
    if (!(await schema.hasColumn(db, 'open_exchanges', 'owner'))) return;
    await db.schema.alterTable('open_exchanges').dropColumn('owner').execute();
  },

  lossOfDown: () => Promise.resolve(null),
};
