import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { inspectSqlite } from './inspect-sqlite.ts';

test('a database whose making was cut off by a crash is taken, without what was not committed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-inspect-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [path, crashed] = [join(folder, 'running.db'), join(folder, 'crashed.db')];
  const database = new DatabaseSync(path);
  // A cache of one page, so that the open transaction is in the file already and its way back in the journal beside it.
  database.exec("pragma journal_mode = delete; pragma cache_size = 1; create table texts (text); insert into texts values ('kept'); begin");
  for (let next = 0; next < 50; next += 1) database.prepare('insert into texts values (?)').run('x'.repeat(4000));
  for (const end of ['', '-journal']) copyFileSync(`${path}${end}`, `${crashed}${end}`);
  database.close();
  inspectSqlite(crashed);
  const reopened = new DatabaseSync(crashed, { readOnly: true });
  assert.deepEqual(
    reopened
      .prepare('select text from texts')
      .all()
      .map(({ text }) => text),
    ['kept'],
  );
  reopened.close();
});
