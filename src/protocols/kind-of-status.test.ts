import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorKind } from '../domain/gateway-error.ts';
import { PROTOCOL_NAMES } from '../domain/protocol.ts';
import { PROTOCOLS } from './registry.ts';

const KINDS: readonly (readonly [status: number, kind: ErrorKind])[] = [
  [400, 'invalid-request'],
  [401, 'auth'],
  [402, 'rate-limit'],
  [403, 'permission'],
  [404, 'not-found'],
  [408, 'timeout'],
  [409, 'invalid-request'],
  [413, 'too-large'],
  [422, 'invalid-request'],
  [429, 'rate-limit'],
  [500, 'upstream'],
  [502, 'upstream'],
  [503, 'overloaded'],
  [504, 'timeout'],
  [529, 'overloaded'],
];

test('an error that is nothing but its status means the same in every protocol', () => {
  for (const name of PROTOCOL_NAMES) {
    const read = KINDS.map(([status]) => [status, PROTOCOLS[name].decodeError(status, null).kind]);
    assert.deepEqual(read, KINDS, name);
  }
});
