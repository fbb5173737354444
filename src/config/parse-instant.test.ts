import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant } from './parse-instant.ts';

test('a date means its beginning in UTC, a time needs its zone', () => {
  assert.equal(parseInstant('2027-01-01'), Date.UTC(2027, 0, 1));
  assert.equal(parseInstant('2027-01-01T12:30:00Z'), Date.UTC(2027, 0, 1, 12, 30));
  assert.equal(parseInstant('2027-01-01T12:30:00.5+02:00'), Date.UTC(2027, 0, 1, 10, 30, 0, 500));
});

test('what is no date is null', () => {
  for (const written of [
    '2027-02-30',
    '2027-02-29T00:00:00Z',
    '2027-13-01',
    'tomorrow',
    '01.02.2027',
    '2027-01-01T25:00:00Z',
    '2027-01-01T12:00:00',
    '',
  ])
    assert.equal(parseInstant(written), null, written);
  assert.notEqual(parseInstant('2028-02-29'), null);
});
