import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { monotonicMs } from '../../src/cli/mock/monotonic-ms.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { readLedger } from '../support/read-ledger.ts';
import type { LedgerRow } from '../support/read-ledger.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';
import { waitFor } from '../support/wait-for.ts';

/** What the design promises between the client's leaving and the end of the upstream call. */
const PROMISED_MS = 50;
/** What a busy test machine may add to any single one. */
const WORST_MS = 500;

function provider(id: string, more: object = {}): ProviderPlan {
  return { id, models: [id], keys: [`sk-${id}`], ...more };
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      ...PROTOCOL_CALLS.map(({ protocol }) => provider(protocol)),
      provider('timed'),
      provider('silent'),
      provider('whole'),
      provider('half-closed'),
      provider('retried'),
      provider('breaker'),
    ],
  });
});
after(() => world.close());

function script(...rules: MockRule[]): void {
  world.script({ rules });
}

function rowsOf(model: string, count = 1): Promise<readonly LedgerRow[]> {
  return waitFor(`${count} rows of ${model}`, () => {
    const rows = readLedger(world.gateway.dataDir).filter((row) => row['publicModel'] === model);
    return rows.length >= count ? rows : null;
  });
}

test('the upstream is closed within 50 ms of the client leaving a stream', async () => {
  script({ endless: true, intervalMs: 10 });
  const delays: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) {
    const answer = await world.streamChat('timed');
    await answer.events.next();
    const leftAt = monotonicMs();
    answer.abort();
    const request = world.received('timed').at(-1);
    delays.push((await waitFor('the end of the upstream call', () => request?.abortedAt ?? null)) - leftAt);
  }
  const median = delays.toSorted((a, b) => a - b)[3] ?? Infinity;
  assert.ok(median <= PROMISED_MS, `median of ${delays.map(Math.round).join(', ')} ms`);
  assert.ok(Math.max(...delays) <= WORST_MS, `worst of ${delays.map(Math.round).join(', ')} ms`);
  const rows = await rowsOf('timed', 7);
  assert.equal(rows.length, 7);
  assert.ok(rows.every((row) => row['outcome'] === 'client_gone'));
});

for (const call of PROTOCOL_CALLS) {
  test(`${call.protocol}: an abandoned stream is one row, client_gone, with at least the delivered tokens`, async () => {
    script({ endless: true, intervalMs: 5, text: 'abcdefghijklmnopqrstuvwxyz-0123456789 abcdefghijklmnopqrstuvwxyz-0123456789' });
    const answer = await world.open(call.path(call.protocol, true), { body: call.body(call.protocol, true) });
    let textBytes = 0;
    for (let seen = 0; seen < 12; seen += 1) {
      const { value } = await answer.events.next();
      textBytes += [...(value?.data ?? '').matchAll(/abcdefghijklmnopqrstuvwxyz-0123456789/g)].length * 37;
    }
    answer.abort();
    const rows = await rowsOf(call.protocol);
    assert.equal(rows.length, 1);
    const [row] = rows;
    assert.equal(row?.['outcome'], 'client_gone');
    assert.ok(textBytes > 0);
    assert.ok(Number(row?.['usageOutput']) >= Math.floor(textBytes / 4), `${String(row?.['usageOutput'])} tokens for ${textBytes} bytes of text`);
    assert.ok(Number(row?.['usageInput']) > 0);
    await waitFor('the end of the upstream call', () => world.received(call.protocol)[0]?.abortedAt ?? null);
  });
}

test('a client that leaves before the first byte ends the upstream call', async () => {
  script({ hang: true });
  for (const body of [chatBody('silent'), { ...chatBody('silent'), stream: true }]) {
    const leaving = new AbortController();
    const answer = world.chat('silent', { body, signal: leaving.signal });
    const request = await waitFor(
      'the upstream call',
      () => world.received('silent').find(({ bodyAt, abortedAt }) => bodyAt !== null && abortedAt === null) ?? null,
    );
    leaving.abort();
    await assert.rejects(answer);
    await waitFor('the end of the upstream call', () => request.abortedAt);
  }
  const rows = await rowsOf('silent', 2);
  assert.equal(rows.length, 2);
  for (const row of rows) {
    assert.equal(row['outcome'], 'client_gone');
    assert.equal(row['status'], 499);
  }
  assert.equal(world.received('silent').length, 2, 'nothing was tried again for nobody');
});

test('a client that leaves in the middle of a whole answer is one row', async () => {
  script({ text: 'x'.repeat(200_000), trickle: { bytes: 20_000, intervalMs: 20 } });
  const leaving = new AbortController();
  const answer = world.chat('whole', { signal: leaving.signal });
  const request = await waitFor('the upstream call', () => world.received('whole')[0] ?? null);
  await waitFor('its answer', () => request.status === 200);
  leaving.abort();
  await assert.rejects(answer);
  await waitFor('the end of the upstream call', () => request.abortedAt);
  const rows = await rowsOf('whole');
  assert.deepEqual(
    rows.map((row) => row['outcome']),
    ['client_gone'],
  );
});

test('a client that closes its side once the answer flows still reads it to the end', async () => {
  script({ chunks: 20, intervalMs: 10 });
  const body = JSON.stringify({ ...chatBody('half-closed'), stream: true });
  const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer hg-tester-0f1e2d3c4b5a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
  const result = await sendRawBytes({ port: world.gateway.port, writes: [request, ''], pauseMs: 100, halfClose: true, quietMs: 3000 });
  assert.match(result.text, /^HTTP\/1\.1 200 /);
  assert.match(result.text, /\[DONE\]/);
  assert.equal((await rowsOf('half-closed'))[0]?.['outcome'], 'ok');
});

test('clients that leave never count against key or breaker', async () => {
  script({ match: { nth: Array.from({ length: 12 }, (_, index) => index + 1) }, hang: true }, {});
  for (let turn = 0; turn < 12; turn += 1) {
    const leaving = new AbortController();
    const answer = world.chat('breaker', { signal: leaving.signal });
    await waitFor('the upstream call', () => world.received('breaker')[turn]?.bodyAt ?? null);
    leaving.abort();
    await assert.rejects(answer);
  }
  const answers = await Promise.all([world.chat('breaker'), world.chat('breaker'), world.chat('breaker')]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.ok(answers.every(({ headers }) => headers['x-headgate-attempts'] === '1'));
});
