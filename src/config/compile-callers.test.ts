import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticate } from '../gateway/admission/authenticate.ts';
import { hashToken } from '../security/hash-token.ts';
import { aSnapshot } from '../../test/support/snapshot-literals.ts';
import { compileCallers } from './compile-callers.ts';
import type { VirtualKeyConfig } from './schema/gateway-config-schema.ts';

const HOUR_MS = 3_600_000;
const UNTIL = '2027-01-01T00:00:00Z';
const UNTIL_MS = Date.parse(UNTIL);

function rotated(fields: Partial<VirtualKeyConfig> = {}): VirtualKeyConfig {
  return {
    id: 'team-a',
    secretHash: `sha256:${hashToken('present')}`,
    previousSecretHash: `sha256:${hashToken('previous')}`,
    previousUntil: UNTIL,
    ...fields,
  };
}

/** `id` of whom the secret opens the door to, or the code of the refusal. */
function enter(config: VirtualKeyConfig, credential: string, nowMs: number): string {
  const snapshot = aSnapshot([], { callers: compileCallers([config], hashToken) });
  try {
    return authenticate(snapshot, { credential, address: '127.0.0.1', nowMs }, hashToken)?.id ?? 'anonymous';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

test('the secret before works until its time, the present one stays', () => {
  assert.equal(enter(rotated(), 'previous', UNTIL_MS - 1), 'team-a');
  assert.equal(enter(rotated(), 'previous', UNTIL_MS), 'key_expired');
  assert.equal(enter(rotated(), 'present', UNTIL_MS + HOUR_MS), 'team-a');
});

test('a key that expires before the grace ends takes both secrets with it', () => {
  const config = rotated({ expiresAt: '2026-12-31T00:00:00Z' });
  assert.equal(enter(config, 'previous', UNTIL_MS - 25 * HOUR_MS), 'team-a');
  assert.equal(enter(config, 'previous', UNTIL_MS - HOUR_MS), 'key_expired');
  assert.equal(enter(config, 'present', UNTIL_MS - HOUR_MS), 'key_expired');
});

test('a disabled key is refused with both secrets', () => {
  for (const secret of ['present', 'previous']) assert.equal(enter(rotated({ enabled: false }), secret, 0), 'key_disabled');
});

test('the present secret stands first', () => {
  assert.deepEqual([...compileCallers([rotated()], hashToken).keys()], [hashToken('present'), hashToken('previous')]);
});
