import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES } from '../../src/domain/gateway-error.ts';
import { readProjectFile } from './project-files.ts';

const ROW = /^\| `(?<code>[a-z_]+)` \| (?<status>\d{3}) \| (?<when>.+?) \| (?<what>.*?) ?\|$/gm;

const rows = [...readProjectFile('docs/reference/errors.md').matchAll(ROW)].map(({ groups = {} }) => groups);

test('the errors page describes every code once, with its status', () => {
  const documented = rows.map(({ code = '', status }) => [code, Number(status)] as const);
  const sent = Object.entries(ERROR_CODES).map(([code, { status }]) => [code, status] as const);
  assert.equal(documented.length, sent.length);
  assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(sent));
});

test('the errors page says of every code when it comes and, unless it is reserved, what to do', () => {
  for (const { code, when = '', what = '' } of rows) {
    assert.match(when, /^[A-Z`].*\.$/, `${code}: when`);
    if (!when.startsWith('Reserved')) assert.match(what, /^[A-Z`].*\.$/, `${code}: what to do`);
  }
});
