import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutParameter } from './without-parameter.ts';

test('the parameter is taken out of the query, and every other byte stays', () => {
  const cases: Readonly<Record<string, string>> = {
    '?key=a': '',
    '?alt=sse&key=a': '?alt=sse',
    '?key=a&alt=sse&key=b': '?alt=sse',
    '?%6bey=a&x=1': '?x=1',
    '?key&x': '?x',
    '?monkey=a&x=%2F&x=+&y&&': '?monkey=a&x=%2F&x=+&y&&',
    '?a=key=b': '?a=key=b',
    '?%zz=1': '?%zz=1',
    '': '',
    '?': '?',
  };
  for (const [query, kept] of Object.entries(cases)) assert.equal(withoutParameter(query, 'key'), kept, query);
});
