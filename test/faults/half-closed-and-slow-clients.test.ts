import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';

import { heldMemory, MEMORY_FLAGS } from '../support/held-memory.ts';
import { chatBody, MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { preload } from '../support/preload.ts';
import { readLedger } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const CLIENTS = 50;
const PROVIDERS = [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }];
/** The gateway's monotonic clock runs this much faster in the last test, so that its minute of patience is two seconds. */
const HASTE = 30;
const LONG_WORD = 'x'.repeat(16 * 1024);

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({ providers: PROVIDERS, nodeFlags: MEMORY_FLAGS });
});
after(() => world.close());

function requestBytes(stream: boolean): string {
  const body = JSON.stringify({ ...chatBody('m'), stream });
  return `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${TESTER_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** Closes its side at the first byte of the answer and reads on to the end. */
function halfClose(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let text = '';
    const finish = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(6000, finish);
    socket.once('data', () => socket.end());
    socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
    socket.on('end', finish);
    socket.on('error', finish);
    socket.write(requestBytes(true));
  });
}

test('clients that close their side once the answer flows get the whole of it', async (t) => {
  world.script({ rules: [{ chunks: 20, intervalMs: 10 }] });
  const answers = await Promise.all(Array.from({ length: CLIENTS }, () => halfClose(world.gateway.port)));
  const whole = answers.filter((text) => text.startsWith('HTTP/1.1 200') && text.includes('[DONE]') && text.endsWith('0\r\n\r\n')).length;
  t.diagnostic(`figure: half-closed clients: ${whole} of ${CLIENTS} whole answers`);
  assert.equal(whole, CLIENTS);
  const rows = await waitFor('the rows', () => {
    const found = readLedger(world.gateway.dataDir);
    return found.length >= CLIENTS ? found : null;
  });
  assert.ok(rows.every((row) => row['outcome'] === 'ok'));
});

/** Sends a stream request and does not read by itself. */
function openUnread(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.pause();
      socket.write(requestBytes(true));
      resolve(socket);
    });
  });
}

test('slow readers hold the upstream up: each is worth at most 256 KiB of memory', async (t) => {
  world.script({ rules: [{ endless: true, intervalMs: 1, text: LONG_WORD }] });
  const readers = 40;
  const before = await heldMemory(world.gateway);
  const sockets = await Promise.all(Array.from({ length: readers }, () => openUnread(world.gateway.port)));
  let read = 0;
  for (let quarter = 0; quarter < 16; quarter += 1) {
    for (const socket of sockets) read += (socket.read(256) as Buffer | null)?.length ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const each = (await heldMemory(world.gateway)) - before;
  const perReader = each / readers / 1024;
  t.diagnostic(
    `figure: ${readers} readers at 1 KiB/s of endless streams (16 KiB a ms each): ${perReader.toFixed(0)} KiB held for each; they read ${read} bytes`,
  );
  for (const socket of sockets) socket.destroy();
  assert.ok(read > 0);
  assert.ok(perReader <= 256, `${perReader} KiB`);
  await waitFor('the end of the upstream calls', () => world.mock.abortedAt.length >= readers, { timeoutMs: 8000 });
});

test('a reader that stops for good is cut after a minute, and its row says that it was gone', async (t) => {
  const hasty = await MockedGateway.start({
    providers: [{ ...PROVIDERS[0], id: 'vendor', timeouts: { totalMs: 80_000_000 } }],
    nodeFlags: preload(`const real = performance.now.bind(performance); performance.now = () => real() * ${HASTE};`),
  });
  try {
    hasty.script({ rules: [{ endless: true, intervalMs: 1, text: LONG_WORD }] });
    const socket = await openUnread(hasty.gateway.port);
    const startedAt = performance.now();
    const request = await waitFor('the upstream call', () => hasty.received('vendor')[0] ?? null);
    await waitFor('the cut', () => request.abortedAt, { timeoutMs: 12_000 });
    const seconds = ((performance.now() - startedAt) * HASTE) / 1000;
    const [row] = await waitFor('its row', () => {
      const rows = readLedger(hasty.gateway.dataDir);
      return rows.length > 0 ? rows : null;
    });
    t.diagnostic(
      `figure: a reader that stopped was cut after ${seconds.toFixed(0)} s of the gateway's clock; row ${String(row?.['outcome'])}, ${String(row?.['usageOutput'])} tokens`,
    );
    socket.destroy();
    assert.equal(row?.['outcome'], 'client_gone');
    assert.ok(Number(row['usageOutput']) > 0);
    assert.ok(seconds >= 60 && seconds < 150, `${seconds} s`);
  } finally {
    await hasty.close();
  }
});
