import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalTurn } from './canonical-request.ts';
import { withUniqueCallIds } from './unique-call-ids.ts';

const calls = (...ids: string[]): CanonicalTurn => ({
  role: 'assistant',
  parts: ids.map((id) => ({ type: 'tool-call', id, name: 'f', kind: 'function', input: '{}' }) as const),
});
const results = (...ids: string[]): CanonicalTurn => ({
  role: 'tool',
  parts: ids.map((callId) => ({ type: 'tool-result', callId, name: 'f', kind: 'function', content: [], isError: false }) as const),
});
const idsOf = (turns: readonly CanonicalTurn[]): string[][] =>
  withUniqueCallIds(turns).map(({ parts }) =>
    parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : part.type === 'tool-result' ? [part.callId] : [])),
  );

test('an id that an earlier turn had gets a number, and its result follows it', () => {
  const turns = [calls('a', 'b'), results('a', 'b'), calls('a'), results('a'), calls('a', 'a_2'), results('a', 'a_2')];
  assert.deepEqual(idsOf(turns), [['a', 'b'], ['a', 'b'], ['a_2'], ['a_2'], ['a_3', 'a_2_2'], ['a_3', 'a_2_2']]);
});

test('ids that are not legal stay legal, short and alike on both sides', () => {
  const long = 'functions.f:0'.repeat(9);
  const [first = [], answered, second = [], again] = idsOf([calls(long), results(long), calls(long), results(long)]);
  assert.deepEqual([answered, again], [first, second]);
  assert.notDeepEqual(first, second);
  for (const id of [...first, ...second]) assert.match(id, /^[a-zA-Z0-9_-]{1,64}$/u);
});
