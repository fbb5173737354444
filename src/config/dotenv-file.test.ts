import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readDotenvFile } from './dotenv-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'headgate-dotenv-'));
after(() => rmSync(directory, { recursive: true }));

test('a directory without .env changes nothing', () => {
  assert.deepEqual(readDotenvFile(join(directory, 'nowhere'), { A: '1', B: undefined }), { environment: { A: '1' }, fromFile: new Set() });
});

test('quotes, comments, the export prefix and CRLF are understood', () => {
  writeFileSync(join(directory, '.env'), '\uFEFF# keys\r\nA=one # first\r\nexport B="two # not a comment"\r\nC=\'three\'\r\n\r\nD=\r\nE=a=b\r\n');
  assert.deepEqual(readDotenvFile(directory, {}).environment, { A: 'one', B: 'two # not a comment', C: 'three', D: '', E: 'a=b' });
});

test('a variable that is set wins over the file, also an empty one, and the origin is known', () => {
  writeFileSync(join(directory, '.env'), 'A=file\nB=file\nC=file\n');
  const { environment, fromFile } = readDotenvFile(directory, { A: 'set', B: '' });
  assert.deepEqual(environment, { A: 'set', B: '', C: 'file' });
  assert.deepEqual(fromFile, new Set(['C']));
});
