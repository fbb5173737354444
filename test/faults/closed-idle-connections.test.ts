import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';

import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import { readLedger } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const REQUESTS = 200;
/** The upstream closes an idle connection after so long, without a word before; the next request comes at about that moment. */
const IDLE_MS = 4;
const ANSWER =
  '{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}';

/** How often each request was answered. */
const answered = new Map<string, number>();
let connections = 0;
const upstream = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const mark = String(request.headers['user-agent']);
  const { socket } = request;
  request.resume();
  request.once('end', () => {
    answered.set(mark, (answered.get(mark) ?? 0) + 1);
    response.end(ANSWER);
    const closing = setTimeout(() => socket.destroy(), IDLE_MS);
    socket.once('data', () => clearTimeout(closing));
  });
});
upstream.on('connection', () => (connections += 1));

let world: MockedGateway;

before(async () => {
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  const base = { 'openai-chat': `http://127.0.0.1:${port}/v1` };
  world = await MockedGateway.start({
    providers: [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345', 'sk-vendor-67890'], protocols: base }],
    settings: { breaker: { inARow: 1_000_000, minimum: 1_000_000 } },
  });
});
after(async () => {
  upstream.close();
  upstream.closeAllConnections();
  await world.close();
});

test('an upstream that closes idle connections fails no request, and none is answered twice', async (t) => {
  const statuses: number[] = [];
  for (let index = 0; index < REQUESTS; index += 1) {
    const { status } = await world.send('/v1/chat/completions', { body: chatBody('m'), headers: { 'user-agent': `mark-${index}` } });
    statuses.push(status);
    await pause(index % (IDLE_MS + 2));
  }
  const served = statuses.filter((status) => status === 200).length;
  const twice = [...answered.values()].filter((count) => count > 1).length;
  const rows = await waitFor('the rows', () => {
    const found = readLedger(world.gateway.dataDir);
    return found.length === REQUESTS ? found : null;
  });
  const repeated = rows.filter((row) => (row['attempts'] as readonly unknown[]).length > 1).length;
  t.diagnostic(
    `figure: idle connections closed by the upstream: ${served} of ${REQUESTS} served over ${connections} connections, ${twice} answered twice, ${repeated} tried again`,
  );
  assert.equal(served, REQUESTS);
  assert.equal(twice, 0);
  assert.ok(connections > REQUESTS / 20, 'connections were closed between requests');
});
