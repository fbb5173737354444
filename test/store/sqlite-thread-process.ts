// Opens a database on a thread, waits for one statement with nothing else to wait for, and ends without closing anything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openSqliteThread } from '../../src/store/sqlite/open-sqlite-thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-thread-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const { db } = await openSqliteThread({ kind: 'sqlite', path: join(folder, 'test.db') });
await sql`create table things (id text)`.execute(db);
process.stdout.write('answered\n');
