import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';

import { chatBody, MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { hasNeeds, reasonAgainstTools } from '../support/machine-needs.ts';
import { openDescriptors } from '../support/process-figures.ts';
import { waitFor } from '../support/wait-for.ts';

const IDLE = 2000;
const LIMIT = 256;
const PROVIDERS = [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }];

/** Opens connections that say nothing; those that are closed again leave the list. */
async function openIdle(port: number, count: number): Promise<Set<Socket>> {
  const sockets = new Set<Socket>();
  for (let opened = 0; opened < count; opened += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, count - opened) }, () => {
        const socket = connect({ port, host: '127.0.0.1' });
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        return new Promise<void>((resolve) => {
          socket.once('connect', resolve);
          socket.on('error', () => resolve());
        });
      }),
    );
  }
  return sockets;
}

/** Waits until the control plane is there, which is opened behind the start and has descriptors of its own. */
async function controlPlane(world: MockedGateway): Promise<void> {
  await waitFor('the control plane', async () => (await world.send('/api/admin/status', { key: null })).status === 401);
}

/** Asks over a connection that is open already; gives the status, 0 when the connection was closed instead. */
function askOver(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    const body = JSON.stringify(chatBody('m'));
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      if (text.includes('"usage"') || /"(?:error|code)"/.test(text)) resolve(Number(text.slice(9, 12)));
    });
    socket.once('close', () => resolve(0));
    socket.setTimeout(10_000, () => resolve(-1));
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${TESTER_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

test('2,000 idle connections do not keep anybody else from being served', async (t) => {
  if (!hasNeeds(t, reasonAgainstTools())) return;
  const world = await MockedGateway.start({ providers: PROVIDERS });
  try {
    await world.chat('m');
    const before = openDescriptors(world.gateway.pid);
    const idle = await openIdle(world.gateway.port, IDLE);
    await waitFor('the connections to be taken', () => openDescriptors(world.gateway.pid) >= before + IDLE * 0.99, { timeoutMs: 5000 });
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.chat('m')));
    const served = answers.filter(({ status }) => status === 200).length;
    const waiting = idle.size;
    for (const socket of idle) socket.destroy();
    await waitFor('the descriptors to come back', () => openDescriptors(world.gateway.pid) <= before + 110, { timeoutMs: 5000 });
    t.diagnostic(`figure: behind ${waiting} idle connections ${served} of ${answers.length} requests were served`);
    assert.ok(waiting >= IDLE * 0.99);
    assert.equal(served, answers.length);
  } finally {
    await world.close();
  }
});

test('with 256 file descriptors everybody who is let in is served, and the door opens again', async (t) => {
  if (!hasNeeds(t, reasonAgainstTools('prlimit'))) return;
  const world = await MockedGateway.start({ providers: PROVIDERS, under: ['prlimit', `--nofile=${LIMIT}:${LIMIT}`] });
  try {
    // Slow answers, so that each client holds its upstream connection beside its own at the same time.
    world.script({ rules: [{ delayMs: 500 }] });
    await controlPlane(world);
    const sockets = await openIdle(world.gateway.port, 400);
    await waitFor('what is too much to be closed', () => sockets.size < 200, { timeoutMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const admitted = [...sockets];
    const statuses = await Promise.all(admitted.map(askOver));
    const served = statuses.filter((status) => status === 200).length;
    const others = statuses.filter((status) => status !== 200);
    for (const socket of sockets) socket.destroy();
    const closedAt = performance.now();
    world.script({});
    await waitFor('the door to open again', async () => (await world.chat('m').catch(() => null))?.status === 200, { timeoutMs: 8000 });
    const recoveryMs = performance.now() - closedAt;
    t.diagnostic(
      `figure: ${LIMIT} descriptors, 400 connections: ${admitted.length} admitted, ${served} of them served; serves again after ${recoveryMs.toFixed(0)} ms`,
    );
    assert.ok(admitted.length >= 50 && admitted.length < 200, `${admitted.length} were admitted`);
    assert.deepEqual(others, [], 'everybody who was let in is served');
    assert.ok(recoveryMs <= 2000);
  } finally {
    await world.close();
  }
});

test('when descriptors run out while it serves, the log says so and connections are taken again within 2 s', async (t) => {
  if (!hasNeeds(t, reasonAgainstTools('prlimit'))) return;
  const world = await MockedGateway.start({ providers: PROVIDERS });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    world.script({});
    assert.equal((await world.chat('m', { agent })).status, 200);
    await controlPlane(world);
    const limit = openDescriptors(world.gateway.pid) + 20;
    limitDescriptors(world.gateway.pid, `${limit}:`);
    const crowd = await openIdle(world.gateway.port, 100);
    await waitFor('a word in the log', () => /EMFILE/.test(world.gateway.stderr() + world.gateway.stdout()), { timeoutMs: 3000 }).catch(
      () => undefined,
    );
    const wasLogged = /EMFILE/.test(world.gateway.stderr() + world.gateway.stdout());
    const during = await world.chat('m', { agent });
    for (const socket of crowd) socket.destroy();
    limitDescriptors(world.gateway.pid, '20000:');
    const freeAt = performance.now();
    await waitFor('a new connection', async () => (await world.chat('m', { timeoutMs: 500 }).catch(() => null))?.status === 200, { timeoutMs: 8000 });
    const recoveryMs = performance.now() - freeAt;
    t.diagnostic(
      `figure: out of descriptors: an open connection was answered with ${during.status}, ${wasLogged ? 'EMFILE is in the log' : 'nothing in the log'}, connections taken again after ${recoveryMs.toFixed(0)} ms`,
    );
    assert.equal(during.status, 200);
    assert.equal(wasLogged, true);
    assert.ok(recoveryMs <= 2000);
  } finally {
    agent.destroy();
    await world.close();
  }
});

/** `soft:hard`; an empty half stays as it is. */
function limitDescriptors(pid: number, limits: string): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${limits}`], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}
