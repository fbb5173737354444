import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureKind } from '../../src/domain/failure.ts';
import { nextRest } from '../../src/gateway/key-pool/rests.ts';
import type { Rest } from '../../src/ports/live-state.ts';
import { readProjectFile } from './project-files.ts';

const ROW = /^\| `(?<kind>[a-z-]+)` \| .+ \| .+ \| (?<first>[^|]+) \| (?<longest>[^|]+) \| (?:yes|no) \|$/gm;
const UNITS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 };

const rows = [...readProjectFile('docs/reference/failures.md').matchAll(ROW)].map(({ groups = {} }) => groups);

function readMs(text: string): number | null {
  if (text === 'none') return null;
  const [count, unit = ''] = text.split(' ');
  return Number(count) * (UNITS[unit] ?? Number.NaN);
}

/** Lengths of the first and the longest rest that signs of this kind lead to, without jitter. */
function restLengthsMs(kind: FailureKind): { first: number | null; longest: number | null } {
  const lengths: number[] = [];
  let rest: Rest | null = null;
  let nowMs = 1_000_000;
  for (let sign = 0; sign < 20; sign += 1) {
    const next: Rest | null = nextRest(rest, { kind, reason: 'a test' }, nowMs, nowMs, 0);
    if (next === null) return { first: null, longest: null };
    lengths.push(next.untilMs - next.sinceMs);
    rest = next;
    nowMs = next.untilMs + 1;
  }
  return { first: lengths[0] ?? null, longest: Math.max(...lengths) };
}

/** The type checker sees to it that none is missing here. */
const KINDS = {
  'rate-limited': true,
  'out-of-quota': true,
  'auth-rejected': true,
  overloaded: true,
  'upstream-error': true,
  transport: true,
  malformed: true,
  'model-missing': true,
  'client-fault': true,
  'client-gone': true,
} as const satisfies Record<FailureKind, true>;

test('the failures page describes every kind of failure once', () => {
  assert.deepEqual(rows.map(({ kind = '' }) => kind).toSorted(), Object.keys(KINDS).toSorted());
});

for (const { kind = '', first = '', longest = '' } of rows) {
  test(`the failures page has the first and longest rest of ${kind} right`, () => {
    assert.deepEqual({ first: readMs(first), longest: readMs(longest) }, restLengthsMs(kind as FailureKind));
  });
}
