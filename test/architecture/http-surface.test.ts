import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPath } from '../../src/gateway/http/match-path.ts';
import { readProjectFile } from './project-files.ts';

const ROW = /^\| `(?<method>POST|GET|ANY) (?<path>\/[^`]+)` \| (?<protocol>[a-z-]+) \| (?<notes>.*) \|$/gm;

const rows = [...readProjectFile('docs/reference/http-surface.md').matchAll(ROW)].map(({ groups = {} }) => groups);

function protocolOf(path: string): string {
  const match = matchPath(path.replaceAll(/\{[a-z]+\}/g, 'some-name'));
  assert.ok(match !== null && !('problem' in match), `${path} is no path of the data plane`);
  return match.protocol;
}

test('the page of the HTTP surface lists paths', () => {
  assert.ok(rows.length >= 10);
});

for (const { method = '', path = '', protocol = '', notes = '' } of rows) {
  test(`${method} ${path} is ${protocol}, as the page of the HTTP surface says`, () => {
    assert.equal(protocolOf(path), protocol);
    const [also = ''] = notes.startsWith('also `/') ? notes.split(';') : [];
    for (const [, other = ''] of also.matchAll(/`(\/[^`]+)`/g)) assert.ok(protocolOf(other) !== 'pass-through', other);
  });
}
