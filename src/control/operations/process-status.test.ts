import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureKind } from '../../domain/failure.ts';
import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import type { KeyBoard, KeyStanding, ProviderStanding } from '../../ports/key-board.ts';
import type { ProcessStanding } from '../process-standing.ts';
import { readStatus } from './process-status.ts';

const NOW = 1_000_000;
const P = 'main' as ProviderId;
const KEYS = { ready: 0, resting: 0, suspended: 0, disabled: 0 };

function keyStanding(key: string, changes: Partial<KeyStanding> = {}): KeyStanding {
  const plain = { suspension: null, rests: [], rejections: 0, inFlight: 0, lastUsedMs: null, weight: 1, caps: [], quotas: [] };
  return { provider: P, key: key as ProviderKeyId, name: key, state: 'ready', why: null, untilMs: null, ...plain, ...changes };
}

function providerStanding(changes: Partial<ProviderStanding> = {}): ProviderStanding {
  return { provider: P, name: 'Main', isEnabled: true, rest: null, models: [], keys: { ...KEYS, ready: 1 }, ...changes };
}

function statusOf(provider: ProviderStanding, keys: readonly KeyStanding[], changes: Partial<ProcessStanding> = {}) {
  const journal = { lag: 0, bytes: 0, writeErrors: 0, ledgerErrors: 0, problem: null };
  const board: KeyBoard = { providers: () => [provider], list: () => keys, find: () => null, wake: () => false, suspend: () => false };
  const process = { version: '1.2.3', startedAtMs: NOW - 5500, configProblem: () => null, journal: () => journal, waiting: () => 0, ...changes };
  const config = { source: { kind: 'database' }, problem: null };
  return readStatus({ process, config, snapshot: () => ({ revision: 7 }), board, nowMs: () => NOW } as unknown as Parameters<typeof readStatus>[0]);
}

test('a gateway that is well has no problems', () => {
  const status = statusOf(providerStanding(), [keyStanding('k1')]);
  assert.deepEqual([status.problems, status.uptimeSeconds, status.version, status.config.revision], [[], 5, '1.2.3', 7]);
  assert.deepEqual(
    [status.providers, status.keys],
    [
      { total: 1, enabled: 1, withoutUsableKey: 0 },
      { ...KEYS, ready: 1 },
    ],
  );
});

test('everything that is wrong is told with why and until when, the gravest first', () => {
  const why = (kind: FailureKind, reason: string) => ({ kind, reason });
  const keys = [
    keyStanding('k1', { state: 'resting', why: why('rate-limited', '429 from the upstream'), untilMs: NOW + 60_000 }),
    keyStanding('k2', { state: 'suspended', why: why('auth-rejected', 'rejected three times') }),
    keyStanding('k3', { state: 'disabled', why: { kind: null, reason: 'switched off' } }),
  ];
  const model = { model: 'm', breaker: 'open', breakerUntilMs: NOW + 5, rest: null, why: 'half of the calls failed' } as const;
  const provider = providerStanding({ models: [model], keys: { ready: 0, resting: 1, suspended: 1, disabled: 1 } });
  const journal = { lag: 9, bytes: 0, writeErrors: 0, ledgerErrors: 3, lost: 2, problem: 'The database is away.' };
  const status = statusOf(provider, keys, { configProblem: () => 'Line 3 is wrong.', journal: () => journal, waiting: () => 2 });
  assert.deepEqual(
    status.problems.map(({ severity, what, why: reason, untilMs }) => [severity, what, reason, untilMs]),
    [
      ['error', 'Configuration', 'Line 3 is wrong.', null],
      ['error', 'Ledger', 'The database is away.', null],
      ['error', 'Journal', '2 records were lost while the disk was full.', null],
      ['error', 'Provider main', 'No key is ready: 1 rest, 1 are suspended, 1 are disabled.', NOW + 60_000],
      ['error', 'Model m of main', 'half of the calls failed', NOW + 5],
      ['error', 'Key main/k2 is suspended', 'rejected three times', null],
      ['warning', 'Waiting room', '2 requests wait for a key that wakes soon.', null],
      ['warning', 'Key main/k1 is resting', '429 from the upstream', NOW + 60_000],
    ],
  );
});

test('what was switched off is no problem, and of very many a hundred are told', () => {
  assert.deepEqual(statusOf(providerStanding({ isEnabled: false, keys: { ...KEYS, disabled: 1 } }), []).problems, []);
  const many = Array.from({ length: 130 }, (_, index) => keyStanding(`k${index}`, { state: 'suspended', why: { kind: null, reason: 'by hand' } }));
  const status = statusOf(providerStanding(), many);
  assert.deepEqual([status.problems.length, status.problemsLeftOut], [100, 30]);
});
