import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOL_NAMES } from '../../src/domain/protocol.ts';
import { listProjectFiles } from './project-files.ts';

/** What every wire format consists of, in the order in which a request and its answer pass. */
const FILES = [
  'wire-types.ts',
  'decode-request.ts',
  'encode-request.ts',
  'decode-response.ts',
  'encode-response.ts',
  'decode-event.ts',
  'encode-event.ts',
  'usage.ts',
  'errors.ts',
];

test('every protocol has a folder, and every folder is a protocol', () => {
  const folders = new Set(
    listProjectFiles()
      .map((file) => /^src\/protocols\/([^/]+)\//.exec(file)?.[1])
      .filter((folder) => folder !== undefined),
  );
  assert.deepEqual([...folders].toSorted(), [...PROTOCOL_NAMES].toSorted());
});

for (const name of PROTOCOL_NAMES) {
  test(`${name} is written in the same nine files as the others, and put together in one of its own name`, () => {
    const files = new Set(listProjectFiles());
    const missing = [...FILES, `${name}.ts`].filter((file) => !files.has(`src/protocols/${name}/${file}`));
    assert.deepEqual(missing, []);
  });
}
