import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Roster, type Listed } from './roster.ts';

interface Guest extends Listed {
  readonly name: string;
}

const guest = (name: string): Guest => ({ name, rosterPlace: -1 });
const names = (roster: Roster<Guest>): string[] => roster.toArray().map(({ name }) => name);

test('holds each thing once and lets it go whatever its place', () => {
  const roster = new Roster<Guest>();
  const [a, b, c] = [guest('a'), guest('b'), guest('c')];
  for (const one of [a, b, b, c]) roster.add(one);
  assert.deepEqual(names(roster), ['a', 'b', 'c']);
  roster.delete(a);
  assert.deepEqual(names(roster).toSorted(), ['b', 'c']);
  roster.delete(c);
  roster.delete(b);
  assert.equal(roster.size, 0);
});

test('what is not in it cannot leave it, and what left can come again', () => {
  const roster = new Roster<Guest>();
  const [a, b] = [guest('a'), guest('b')];
  roster.add(a);
  roster.delete(b);
  roster.delete(a);
  roster.delete(a);
  roster.add(b);
  roster.add(a);
  assert.deepEqual(names(roster), ['b', 'a']);
});

test('holds what a set holds after any run of comings and goings', () => {
  const roster = new Roster<Guest>();
  const expected = new Set<Guest>();
  const guests = Array.from({ length: 20 }, (_, index) => guest(String(index)));
  for (let turn = 0; turn < 2000; turn += 1) {
    const one = guests[(turn * 7 + Math.floor(turn / 3)) % guests.length] ?? assert.fail();
    if (turn % 5 < 3) {
      roster.add(one);
      expected.add(one);
    } else {
      roster.delete(one);
      expected.delete(one);
    }
    assert.equal(roster.size, expected.size);
    assert.deepEqual(new Set(roster.toArray()), expected);
  }
});

test('those who leave while a list is read stay in that list', () => {
  const roster = new Roster<Guest>();
  for (const name of ['a', 'b', 'c']) roster.add(guest(name));
  for (const one of roster.toArray()) roster.delete(one);
  assert.equal(roster.size, 0);
});
