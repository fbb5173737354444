import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { hasNeeds } from '../support/machine-needs.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { reasonAgainstTracing } from '../support/run-injected-store.ts';

test('from start to stop the gateway connects to nobody but the upstream of a request', async (t) => {
  if (!hasNeeds(t, reasonAgainstTracing())) return;
  const folder = mkdtempSync(join(tmpdir(), 'headgate-connects-'));
  const trace = join(folder, 'trace');
  try {
    const world = await MockedGateway.start({
      // A second provider that nobody asks for is not to be greeted either.
      providers: [
        { id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] },
        { id: 'unasked', models: ['n'], keys: ['sk-unasked-12345'], protocols: { 'openai-chat': 'https://api.example.com/v1' } },
      ],
      // -D: the tracer stands beside the gateway, which stays the child that signals reach.
      under: ['strace', '-D', '-f', '-qq', '-o', trace, '-e', 'trace=connect,sendto,sendmsg,sendmmsg'],
    });
    const upstream = new URL(world.mock.origin).port;
    try {
      assert.equal((await world.chat('m')).status, 200);
      await world.gateway.stop();
    } finally {
      await world.close();
    }
    const calls = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => line.includes('sin_port') || line.includes('sin6_port'));
    const strange = calls.filter((line) => !line.includes(`htons(${upstream})`));
    t.diagnostic(`figure: ${calls.length} connections from start to stop, ${strange.length} of them not to the upstream of the request`);
    assert.equal(calls.length > 0, true, 'the trace saw the upstream');
    assert.deepEqual(strange, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
