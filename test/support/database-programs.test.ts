import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { findProgram } from './database-programs.ts';

test('a program of a database is found outside of the PATH, and one that is missing is named with its package', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-programs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'database-of-a-test'), '', { mode: 0o755 });
  assert.equal(findProgram('database-of-a-test', ['/nowhere', folder], 'a-package'), join(folder, 'database-of-a-test'));
  assert.throws(
    () => findProgram('database-of-a-test', ['/nowhere'], 'a-package'),
    /need the program database-of-a-test, and this machine has none: install it, on Debian with `apt-get install a-package`\./,
  );
});
