import type { Migration } from './migration.ts';

/** What lists and reports ask for by itself, each with the time, by which they are ordered and cut. */
const INDEXES: Readonly<Record<string, readonly string[]>> = {
  exchanges_provider_started_at: ['provider', 'started_at'],
  exchanges_key_id_started_at: ['key_id', 'started_at'],
  exchanges_public_model_started_at: ['public_model', 'started_at'],
  exchanges_client_request_id: ['client_request_id'],
};

export const indexesOfExchanges: Migration = {
  version: 5,
  name: 'indexes of exchanges',

  async up(db, schema) {
    for (const [name, columns] of Object.entries(INDEXES)) {
      if (!(await schema.hasIndex(db, 'exchanges', name)))
        await db.schema
          .createIndex(name)
          .on('exchanges')
          .columns([...columns])
          .execute();
    }
  },

  async down(db, schema) {
    for (const name of Object.keys(INDEXES)) if (await schema.hasIndex(db, 'exchanges', name)) await schema.dropIndex(db, 'exchanges', name);
  },

  lossOfDown: () => Promise.resolve(null),
};
