import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';

import type { StoreFolder } from '../contracts/store-folder.ts';

/** Opens a data directory as the next start would, and looks whether every acknowledged record is there, once, in a sound database. Gives the rows. */
export async function assertNothingLost(folder: StoreFolder, acknowledged: readonly string[], where: string): Promise<number> {
  await folder.replay();
  const ids = folder.rows().map((row) => String(row['id']));
  const known = new Set(ids);
  assert.equal(known.size, ids.length, `${where}: a record is there twice`);
  const lost = acknowledged.filter((id) => !known.has(id));
  assert.deepEqual(lost, [], `${where}: acknowledged records are lost`);
  const left = folder.segments().filter((name) => name.endsWith('.jsonl'));
  assert.deepEqual(left, [], `${where}: the journal was not moved whole`);
  assert.equal(integrityOf(folder.database), 'ok', where);
  return ids.length;
}

function integrityOf(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return String(database.prepare('pragma integrity_check').get()?.['integrity_check']);
  } finally {
    database.close();
  }
}
