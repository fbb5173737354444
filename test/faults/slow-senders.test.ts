import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { preload } from '../support/preload.ts';

const SENDERS = 50;
const HEADERS_MS = 15_000;
/** Node looks every two seconds; the rest is for a busy machine. */
const GRACE_MS = 4000;
/** The gateway's monotonic clock runs this much faster, so that half a minute without a byte of the body is a second. Node's own clock for headers does not. */
const HASTE = 30;
const BODY_IDLE_MS = 30_000;

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'], timeouts: { totalMs: 80_000_000, firstByteMs: 80_000_000 } }],
    nodeFlags: preload(`const real = performance.now.bind(performance); performance.now = () => real() * ${HASTE};`),
  });
});
after(() => world.close());

/** What a sender was told, and when; its connection is closed. */
interface Cut {
  readonly status: number;
  readonly afterMs: number;
}

/** Sends the beginning at once, then a piece now and then, until the gateway ends it. */
function sendSlowly(beginning: string, piece: string, everyMs: number): Promise<Cut> {
  return new Promise((resolve) => {
    const socket = connect({ port: world.gateway.port, host: '127.0.0.1' });
    const startedAt = performance.now();
    let text = '';
    let afterMs = 0;
    const dripping = everyMs === 0 ? undefined : setInterval(() => socket.write(piece), everyMs);
    socket.on('data', (part: Buffer) => {
      if (text === '') afterMs = performance.now() - startedAt;
      text += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(dripping);
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), afterMs });
    });
    socket.write(beginning);
  });
}

test('whoever sends headers byte by byte is cut after 15 s, and keeps nobody else from being served', async (t) => {
  const beginning = `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${TESTER_KEY}\r\nx-slow: `;
  let isDone = false;
  const cutting = Promise.all(Array.from({ length: SENDERS }, () => sendSlowly(beginning, 'x', 1000)));
  void cutting.then(() => (isDone = true));
  let served = 0;
  let asked = 0;
  while (!isDone) {
    asked += 1;
    if ((await world.chat('m')).status === 200) served += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const cuts = await cutting;
  const times = cuts.map(({ afterMs }) => afterMs);
  t.diagnostic(
    `figure: ${SENDERS} senders of a header byte a second: cut after ${(Math.min(...times) / 1000).toFixed(1)} to ${(Math.max(...times) / 1000).toFixed(1)} s; ${served} of ${asked} others served meanwhile`,
  );
  assert.equal(served, asked);
  assert.ok(Math.min(...times) >= HEADERS_MS - 500);
  assert.ok(Math.max(...times) <= HEADERS_MS + GRACE_MS);
  assert.deepEqual(new Set(cuts.map(({ status }) => status)), new Set([408]));
});

test('whoever stops in the middle of a body is told so after half a minute, and no upstream is called', async (t) => {
  const known = world.mock.requestCount;
  const beginning = `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${TESTER_KEY}\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"model":"m",`;
  const cuts = await Promise.all(Array.from({ length: SENDERS }, () => sendSlowly(beginning, '', 0)));
  const seconds = cuts.map(({ afterMs }) => (afterMs * HASTE) / 1000);
  t.diagnostic(
    `figure: ${SENDERS} bodies that stop: told so after ${Math.min(...seconds).toFixed(0)} to ${Math.max(...seconds).toFixed(0)} s of the gateway's clock`,
  );
  assert.deepEqual(new Set(cuts.map(({ status }) => status)), new Set([408]));
  assert.ok(Math.min(...seconds) >= BODY_IDLE_MS / 1000);
  assert.ok(Math.max(...seconds) <= (BODY_IDLE_MS * 3) / 1000);
  assert.equal(world.mock.requestCount, known);
});
