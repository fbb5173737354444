import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ClientAnswer } from '../support/http-client.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { preload } from '../support/preload.ts';
import { waitForRows } from '../support/read-ledger.ts';
import { runMany } from '../support/run-many.ts';
import { CanarySecrets } from '../support/secrets.ts';
import { waitFor } from '../support/wait-for.ts';

const HEAP_MEBIBYTES = 96;

/** Plants defects where nobody catches them, when the test says so. */
const defects = (secret: string): readonly string[] =>
  preload(`process.on('SIGUSR2', () => {
    setTimeout(() => { throw new Error('planted defect in a timer, key ${secret}'); });
    setImmediate(() => { null.planted; });
    queueMicrotask(() => { throw new TypeError('planted defect in a microtask'); });
    Promise.reject(new Error('planted rejection, Bearer ${secret}'));
    process.nextTick(() => { throw 'planted text, ${secret}'; });
  });`);

/** Eats the heap until the process dies of it. */
const EAT_MEMORY = preload(`process.on('SIGUSR2', () => { const eaten = []; for (;;) eaten.push(new Array(10_000).fill({ eaten })); });`);

const SHOW_PROTOTYPES = preload(`process.on('SIGUSR2', () => {
  const shared = [Object, Array, String, Number, Function, Map].flatMap(({ name, prototype }) => Object.keys(prototype).map((key) => name + '.' + key));
  console.error('prototypes: ' + JSON.stringify(shared) + (({}).polluted ?? ''));
});`);

test('defects that nobody catches end no other request, and the log tells them without secrets', async (t) => {
  const secrets = new CanarySecrets();
  const key = secrets.make('provider key');
  const world = await MockedGateway.start({ providers: [{ id: 'vendor', models: ['m'], keys: [key] }], nodeFlags: defects(key) });
  try {
    world.script({ rules: [{ chunks: 40, intervalMs: 25 }] });
    const streams = Array.from({ length: 20 }, async () => {
      const answer = await world.streamChat('m');
      return (await Array.fromAsync(answer.events)).at(-1)?.data;
    });
    await waitFor('the streams', () => world.received('vendor').length === 20);
    for (let turn = 0; turn < 3; turn += 1) {
      process.kill(world.gateway.pid, 'SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    world.script({});
    const others = await Promise.all(Array.from({ length: 20 }, () => world.chat('m')));
    const ended = (await Promise.all(streams)).filter((last) => last === '[DONE]').length;
    const printed = world.gateway.stdout() + world.gateway.stderr();
    const told = printed.match(/A defect was caught/g)?.length ?? 0;
    secrets.assertNoSecret({ printed });
    t.diagnostic(
      `figure: 15 uncaught defects under 20 streams: ${20 - ended} streams and ${others.filter(({ status }) => status !== 200).length} requests failed, ${told} told in the log, 0 secrets`,
    );
    assert.equal(ended, 20);
    assert.ok(others.every(({ status }) => status === 200));
    assert.equal(told, 15);
    await waitForRows(world.gateway.dataDir, 40);
  } finally {
    await world.close();
  }
});

test('a process that runs out of memory dies, and its next life has every acknowledged exchange', async (t) => {
  const world = await MockedGateway.start({
    providers: [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }],
    nodeFlags: [`--max-old-space-size=${HEAP_MEBIBYTES}`, ...EAT_MEMORY],
  });
  try {
    const answers: ClientAnswer[] = [];
    const asking = runMany(4000, 8, async (index) => {
      try {
        const answer = await world.send('/v1/chat/completions', { body: { ...chatBody('m'), stream: index % 2 === 0 } });
        if (answer.status === 200) answers.push(answer);
        return true;
      } catch {
        return false;
      }
    });
    await waitFor('some answers', () => answers.length > 200);
    const { pid } = world.gateway;
    process.kill(pid, 'SIGUSR2');
    await waitFor('its death', () => !isAlive(pid), { timeoutMs: 15_000 });
    await asking;
    await world.gateway.restart();
    const restartMs = world.gateway.startMs();
    const rows = await waitForRows(world.gateway.dataDir, answers.length, 10_000);
    const ids = rows.map((row) => row['id']);
    const known = new Set(ids);
    const lost = answers.filter(({ headers }) => !known.has(String(headers['x-request-id']))).length;
    t.diagnostic(
      `figure: out of memory at ${HEAP_MEBIBYTES} MiB after ${answers.length} answers: ${lost} lost, ${ids.length - known.size} double, listening again ${restartMs.toFixed(0)} ms after the restart`,
    );
    assert.equal(lost, 0);
    assert.equal(known.size, ids.length);
    assert.equal((await world.chat('m')).status, 200);
  } finally {
    await world.close();
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const POLLUTIONS = [
  '"__proto__":{"polluted":"yes","allowAnonymous":true}',
  '"constructor":{"prototype":{"polluted":"yes"}}',
  '"__proto__":{"status":200,"models":["*"],"enabled":true}',
  '"metadata":{"__proto__":{"polluted":"yes"},"user_id":"__proto__"}',
  '"stream_options":{"__proto__":{"include_usage":true,"polluted":"yes"}}',
  '"toString":"x","hasOwnProperty":"y","valueOf":null',
  '"\\u005f_proto__":{"polluted":"yes"}',
];
const STRANGE_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', '__defineGetter__'];

test('bodies and names that aim at prototypes change nothing and reach the upstream as they came', async (t) => {
  const world = await MockedGateway.start({ providers: [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }], nodeFlags: SHOW_PROTOTYPES });
  try {
    let sent = 0;
    for (const call of PROTOCOL_CALLS) {
      for (const pollution of POLLUTIONS) {
        for (const stream of [false, true]) {
          const plain = JSON.stringify(call.body('m', false));
          const body = `{${pollution},${plain.slice(1)}`;
          const answer = await world.send(call.path('m', stream), { body, headers: { 'content-type': 'application/json' } });
          sent += 1;
          assert.equal(answer.status, 200, `${call.protocol}: ${pollution}: ${answer.text}`);
          assert.equal(world.received('vendor').at(-1)?.text, body);
        }
      }
    }
    for (const name of STRANGE_NAMES) {
      const asks = [
        world.chat(name),
        world.chat('m', { headers: { 'x-llm-provider': name } }),
        world.send(`/proxy/${name}/x`, { method: 'GET' }),
        world.send(`/llm/${name}/v1/x`, { method: 'GET' }),
        world.send(`/v1beta/models/${name}:generateContent`, { body: {} }),
        world.send(`/v1/models/${name}`, { method: 'GET' }),
        world.chat('m', { key: name }),
        world.send(`/v1/${name}`, { key: null, method: 'GET' }),
      ];
      for (const { status, text } of await Promise.all(asks)) {
        sent += 1;
        assert.ok(status >= 400 && status < 500, `${name}: ${status} ${text}`);
      }
    }
    process.kill(world.gateway.pid, 'SIGUSR2');
    const shown = await waitFor('the prototypes', () => /prototypes: (.*)\n/.exec(world.gateway.stderr())?.[1] ?? null);
    assert.equal(shown, '[]');
    assert.equal((await world.chat('m', { key: null })).status, 401);
    t.diagnostic(`figure: ${sent} polluting requests: prototypes ${shown}, 0 let in, bodies unchanged`);
  } finally {
    await world.close();
  }
});
