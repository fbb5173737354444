import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { listProjectFiles, ROOT } from './project-files.ts';

const files = listProjectFiles();
const code = files.filter((path) => /^(src|bench|tools|bin|console\/src)\/.*\.(ts|mjs|vue)$/.test(path));
const isText = (path: string): boolean => !/\.(png|ico|woff2?|gz|zip|wasm)$/.test(path);
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const LINES_OF_A_FILE = 400;
const UNMEASURED = /(\/wire-types\.ts$|\/migrations\/|\/generated\/|^src\/presets\/|\.test\.ts$)/;
const EMPTY_NAMES = /(^|[/.-])(utils?|helpers?|common|managers?|misc|shared|stuff)([/.-]|$)/;

test('no file of code is longer than the limit', () => {
  assert.ok(code.length > 10);
  const long = code.filter((path) => !UNMEASURED.test(path) && read(path).split('\n').length - 1 > LINES_OF_A_FILE);
  assert.deepEqual(long, []);
});

test('no file or folder has a name that says nothing', () => {
  assert.match('src/lib/string-utils.ts', EMPTY_NAMES);
  assert.deepEqual(
    files.filter((path) => EMPTY_NAMES.test(path)),
    [],
  );
});

test('files of code are named in kebab-case', () => {
  const strange = code.filter((path) => !path.endsWith('.vue') && !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(basename(path)));
  assert.deepEqual(strange, []);
});

test('no project file names a package registry', () => {
  const hosts = new RegExp(
    ['registry\\.npm' + 'js\\.org', 'registry\\.yarn' + 'pkg\\.com', 'registry\\.npm' + 'mirror\\.com', '"resolved":' + ' "http'].join('|'),
  );
  const naming = files.filter((path) => isText(path) && hosts.test(read(path)));
  assert.deepEqual(naming, []);
});

test('nothing but .ci/run looks outside of the project', () => {
  const outside = '../' + 'shared';
  const looking = files.filter(
    (path) => path !== '.ci/run' && isText(path) && new RegExp(`(^|[^./\\w])(\\.\\./)*${outside.replace('.', '\\.')}`).test(read(path)),
  );
  assert.deepEqual(looking, []);
});

test('every migration, test and source file of src is TypeScript that Node runs as it is, but the script that browsers run', () => {
  const strange = files.filter((path) => /^src\/.*\.(tsx|js|cjs|mts|cts|jsx)$/.test(path) && path !== 'src/control/setup-page/setup.js');
  assert.deepEqual(strange, []);
});
