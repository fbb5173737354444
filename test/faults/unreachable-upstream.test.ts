import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';

import { findClosedPort } from '../support/find-closed-port.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { openDescriptors } from '../support/process-figures.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { quantile } from '../support/quantile.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { waitFor } from '../support/wait-for.ts';

const BAR_MS = 200;
const FIRST_BYTE_MS = 1000;
const TURNS = 8;
/** A label this long is no name: the resolver fails without asking anybody. */
const NO_NAME = `${'x'.repeat(70)}.invalid`;

const closedPort = await findClosedPort();
const plainServer = createServer((socket) => void socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
await new Promise<void>((resolve) => void plainServer.listen(0, '127.0.0.1', resolve));
const plainPort = (plainServer.address() as AddressInfo).port;

function at(id: string, base: string): ProviderPlan {
  const protocols = Object.fromEntries(PROTOCOL_CALLS.map(({ protocol }) => [protocol, `${base}/v1`]));
  return { id, models: [id], keys: [`sk-${id}-12345`], protocols };
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      at('refused', `http://127.0.0.1:${closedPort}`),
      at('no-name', `http://${NO_NAME}`),
      at('no-tls', `https://127.0.0.1:${plainPort}`),
      ...[1, 2, 3, 4].map((number) => ({
        id: `silent-${number}`,
        models: [`silent-${number}`],
        keys: ['sk-silent-12345'],
        timeouts: { firstByteMs: FIRST_BYTE_MS },
      })),
      { id: 'crowd', models: ['crowd'], keys: ['sk-crowd-12345'], timeouts: { firstByteMs: 1500 } },
    ],
    // Every request shall meet the fault itself, not the rest that follows from it.
    settings: { breaker: { inARow: 1_000_000, minimum: 1_000_000 } },
  });
});
after(async () => {
  plainServer.close();
  await world.close();
});

interface ErrorShape {
  readonly type?: string;
  readonly error?: { readonly message?: unknown; readonly type?: unknown; readonly status?: unknown; readonly code?: unknown };
}

/** The error has the form of the client's own protocol. */
function assertOwnForm(protocol: string, body: ErrorShape): void {
  const { error } = body;
  assert.equal(typeof error?.message, 'string');
  if (protocol === 'gemini-generate') {
    assert.equal(error?.code, 502);
    assert.equal(typeof error?.status, 'string');
  } else {
    assert.equal(typeof error?.type, 'string');
    assert.equal(body.type, protocol === 'anthropic-messages' ? 'error' : undefined);
  }
}

for (const [model, fault] of [
  ['refused', 'refuses the connection'],
  ['no-name', 'has a name without an address'],
  ['no-tls', 'refuses TLS'],
] as const) {
  test(`an upstream that ${fault} is told at once, in the client's protocol and without its address`, async (t) => {
    const times: number[] = [];
    for (const call of PROTOCOL_CALLS) {
      for (let turn = 0; turn < TURNS; turn += 1) {
        const startedAt = performance.now();
        const answer = await world.send(call.path(model, false), { body: call.body(model, false) });
        times.push(performance.now() - startedAt);
        assert.equal(answer.status, 502, `${call.protocol}: ${answer.text}`);
        assertOwnForm(call.protocol, answer.json() as ErrorShape);
        assert.match(answer.text, /upstream_unreachable/);
        const shown = `${answer.text} ${answer.rawHeaders.join(' ')}`;
        for (const secret of ['127.0.0.1', String(closedPort), String(plainPort), NO_NAME, 'ECONN', 'ENOTFOUND', 'EAI_', 'sk-']) {
          assert.equal(shown.includes(secret), false, `${secret} is in ${shown}`);
        }
      }
    }
    t.diagnostic(
      `figure: upstream ${fault}: 502 after ${quantile(times, 0.5).toFixed(1)} ms (median of ${times.length}), worst ${Math.max(...times).toFixed(1)} ms`,
    );
    assert.ok(quantile(times, 0.5) <= BAR_MS, `the median is ${quantile(times, 0.5)} ms`);
  });
}

test('an upstream that accepts and never answers is 504 at the configured time, give or take a tenth', async (t) => {
  world.script({ rules: [{ hang: true }] });
  const times = await Promise.all(
    [1, 2, 3, 4].map(async (number) => {
      const startedAt = performance.now();
      const answer = await world.chat(`silent-${number}`);
      const tookMs = performance.now() - startedAt;
      assert.equal(answer.status, 504);
      assert.equal((answer.json() as { error: { code: string } }).error.code, 'upstream_timeout');
      await waitFor('the closing of the silent connection', () => world.received(`silent-${number}`)[0]?.abortedAt ?? null);
      return tookMs;
    }),
  );
  t.diagnostic(`figure: first byte within ${FIRST_BYTE_MS} ms configured: 504 after ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
  for (const time of times) assert.ok(Math.abs(time - FIRST_BYTE_MS) <= FIRST_BYTE_MS / 10, `504 after ${time} ms`);
});

test('after 200 requests to a silent upstream no connection, no slot and no exchange is left over', async (t) => {
  const isLinux = process.platform === 'linux';
  await waitFor('quiet', () => world.mock.connections.open === 0, { timeoutMs: 8000 });
  const before = isLinux ? openDescriptors(world.gateway.pid) : 0;
  world.script({ rules: [{ hang: true }] });
  const answers = await Promise.all(Array.from({ length: 200 }, () => world.chat('crowd', { body: chatBody('crowd') })));
  const statuses = new Set(answers.map(({ status }) => status));
  assert.deepEqual([...statuses], [504]);
  await waitFor('the end of every upstream connection', () => world.mock.connections.open === 0, {
    describe: () => `${world.mock.connections.open} open`,
  });
  const metrics = await MetricsReading.of(world.origin);
  assert.equal(metrics.sum('headgate_inflight'), 0);
  assert.equal(metrics.sum('llm_key_lb_in_flight', 'crowd'), 0);
  if (isLinux)
    await waitFor('the descriptors', () => openDescriptors(world.gateway.pid) <= before + 5, {
      describe: () => `${openDescriptors(world.gateway.pid)} open`,
    });
  t.diagnostic(`figure: silent upstream, 200 at once: ${answers.length} answered with 504, 0 upstream connections and 0 slots left`);
});
