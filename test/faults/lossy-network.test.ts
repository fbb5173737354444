import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { hasNeeds, reasonAgainstTools } from '../support/machine-needs.ts';

/** The word that makes a network of its own here; root needs no user namespace. */
const NAMESPACE = process.getuid?.() === 0 ? ['unshare', '-n'] : ['unshare', '-Urn'];
const LONGEST_MS = 180_000;
const run = promisify(execFile);

interface Served {
  readonly requests: number;
  readonly whole: number;
}

interface Figures {
  readonly lossy: Served;
  readonly narrow: Served;
  readonly swallowed: {
    readonly idleMs: number;
    readonly detectedMs: number;
    readonly isTold: boolean;
    readonly outcome: string;
    readonly isServedAgain: boolean;
  };
}

function reasonAgainstBrokenNetworks(): string | null {
  const missing = reasonAgainstTools('unshare', 'nft', 'tc', 'ip');
  if (missing !== null) return missing;
  const [program = '', ...args] = NAMESPACE;
  const { status, stderr } = spawnSync(program, [...args, 'nft', 'add', 'table', 'inet', 'broken'], { encoding: 'utf8' });
  return status === 0 ? null : `a network cannot be broken here (${stderr.trim()})`;
}

test('lost packets and a narrow line are overcome, and a stream that is swallowed ends at the idle limit with a word', async (t) => {
  if (!hasNeeds(t, reasonAgainstBrokenNetworks())) return;
  const [program = '', ...args] = NAMESPACE;
  const { stdout } = await run(program, [...args, process.execPath, join(import.meta.dirname, 'lossy-network-process.ts')], { timeout: LONGEST_MS });
  const { lossy, narrow, swallowed } = JSON.parse(stdout) as Figures;
  t.diagnostic(
    `figure: 5 % of packets lost: ${lossy.whole} of ${lossy.requests} whole; 1 Mbit/s: ${narrow.whole} of ${narrow.requests}; black hole in a stream: told after ${swallowed.detectedMs} ms (limit ${swallowed.idleMs})`,
  );
  assert.equal(lossy.whole, lossy.requests);
  assert.equal(narrow.whole, narrow.requests);
  assert.ok(swallowed.detectedMs >= swallowed.idleMs * 0.9, 'a silence is borne until the limit');
  assert.equal(swallowed.isTold, true);
  assert.equal(swallowed.outcome, 'timeout');
  assert.equal(swallowed.isServedAgain, true);
});
