import type { Kysely } from 'kysely';
import type { EntityKind } from '../../config/config-entities.ts';
import type { Tables } from '../tables.ts';

/** A text with sealed secrets in it. */
export interface SealedRow {
  readonly text: string;
  /** Where the seal belongs. */
  readonly owner: { readonly kind: EntityKind; readonly id: string } | { readonly kind: 'user'; readonly id: string };
  /** Puts another text into its place; false when somebody changed it meanwhile. */
  readonly replace: (text: string) => Promise<boolean>;
}

const ROWS_AT_A_TIME = 200;

/** Every place of the database where sealed secrets stand, row by row, while others write. */
export async function* sealedRows(db: Kysely<Tables>): AsyncGenerator<SealedRow, void> {
  yield* ofEntities(db);
  yield* ofChanges(db);
  yield* ofUsers(db);
}

async function* ofEntities(db: Kysely<Tables>): AsyncGenerator<SealedRow, void> {
  const rows = await db.selectFrom('config_entities').select(['kind', 'id', 'body']).execute();
  for (const { kind, id, body } of rows) {
    const replace = async (text: string): Promise<boolean> => {
      const update = db.updateTable('config_entities').set({ body: text }).where('kind', '=', kind).where('id', '=', id).where('body', '=', body);
      return (await update.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    };
    yield { text: body, owner: { kind: kind as EntityKind, id }, replace };
  }
}

/** The history of the configuration: only ever added to, and read in pages, because it is long. */
async function* ofChanges(db: Kysely<Tables>): AsyncGenerator<SealedRow, void> {
  const page = (revision: number, number: number) =>
    db
      .selectFrom('config_changes')
      .select(['revision', 'number', 'kind', 'id', 'body_before', 'body_after'])
      .where((where) => where.or([where('revision', '>', revision), where.and([where('revision', '=', revision), where('number', '>', number)])]))
      .orderBy('revision')
      .orderBy('number')
      .limit(ROWS_AT_A_TIME)
      .execute();
  for (let rows = await page(0, -1); rows.length > 0;) {
    for (const { revision, number, kind, id, ...bodies } of rows) {
      for (const column of ['body_before', 'body_after'] as const) {
        const text = bodies[column];
        if (text === null) continue;
        const replace = async (resealed: string): Promise<boolean> => {
          const update = db.updateTable('config_changes').set({ [column]: resealed });
          const row = update.where('revision', '=', revision).where('number', '=', number).where(column, '=', text);
          return (await row.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
        };
        yield { text, owner: { kind: kind as EntityKind, id }, replace };
      }
    }
    const last = rows.at(-1);
    rows = last === undefined ? [] : await page(last.revision, last.number);
  }
}

async function* ofUsers(db: Kysely<Tables>): AsyncGenerator<SealedRow, void> {
  const rows = await db.selectFrom('users').select(['id', 'totp_secret']).where('totp_secret', 'is not', null).execute();
  for (const { id, totp_secret: text } of rows) {
    if (text === null) continue;
    const replace = async (resealed: string): Promise<boolean> => {
      const update = db.updateTable('users').set({ totp_secret: resealed }).where('id', '=', id).where('totp_secret', '=', text);
      return (await update.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    };
    yield { text, owner: { kind: 'user', id }, replace };
  }
}
