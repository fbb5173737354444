import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { findClosedPort } from './find-closed-port.ts';
import { open, send } from './http-client.ts';
import { waitForRows } from './read-ledger.ts';
import { CanarySecrets } from './secrets.ts';
import { sendRawBytes } from './send-raw-bytes.ts';
import { SseReader } from './sse-reader.ts';
import { waitFor } from './wait-for.ts';

test('the SSE reader follows the standard over any split of the bytes', () => {
  const bytes = Buffer.from('\uFEFF: hi\r\nevent: a\r\ndata:one\r\ndata: two ü\r\rid: 7\ndata\n\nevent: none\n\ndata: last', 'utf8');
  const expected = [
    { event: 'a', data: 'one\ntwo ü', id: null },
    { event: 'message', data: '', id: '7' },
    { event: 'message', data: 'last', id: '7' },
  ];
  for (let size = 1; size <= bytes.length; size += 1) {
    const reader = new SseReader();
    const events = [];
    for (let offset = 0; offset < bytes.length; offset += size) events.push(...reader.push(bytes.subarray(offset, offset + size)));
    assert.deepEqual([...events, ...reader.flush()], expected);
    assert.deepEqual(reader.comments, [' hi']);
  }
});

test('the client reads whole answers and open streams, and notices a cut', async () => {
  const mock = await startMockUpstream({ script: { rules: [{ match: { path: 'cut' }, cutAfterBytes: 30, cutWith: 'fin' }] } });
  try {
    const answer = await send({ url: `${mock.origin}/a/../b?x=%2f`, method: 'PUT', body: { a: 1 } });
    assert.equal((answer.json() as { url: string }).url, '/a/../b?x=%2f');
    const stream = await open({ url: `${mock.origin}/v1/chat/completions`, body: { stream: true } });
    const events = await Array.fromAsync(stream.events);
    assert.equal(events.at(-1)?.data, '[DONE]');
    await assert.rejects(send({ url: `${mock.origin}/cut`, body: {} }));
    const left = await open({ url: `${mock.origin}/v1/chat/completions?cut`, body: { stream: true } });
    await assert.rejects(Array.fromAsync(left.events));
  } finally {
    await mock.close();
  }
});

test('the raw sender tells how the connection ended', async () => {
  const mock = await startMockUpstream();
  try {
    const bad = await sendRawBytes({ port: mock.port, writes: ['GARBAGE\r\n\r\n'] });
    assert.match(bad.text, /^HTTP\/1\.1 400 /);
    assert.equal(bad.end, 'fin');
    const open = await sendRawBytes({ port: mock.port, writes: ['GET /v1/models HTTP/1.1\r\n', 'host: x\r\n\r\n'], pauseMs: 5, quietMs: 100 });
    assert.equal(open.end, 'quiet');
    assert.match(open.text, /"object":"list"/);
  } finally {
    await mock.close();
  }
  await assert.rejects(send({ url: `http://127.0.0.1:${await findClosedPort()}/` }), { code: 'ECONNREFUSED' });
});

test('canary secrets are found as they are, in base64 and percent-encoded', () => {
  const secrets = new CanarySecrets();
  const secret = secrets.make('provider key', 'sk+');
  secrets.assertNoSecret(['nothing here', secret.slice(0, 12)]);
  for (const text of [`x ${secret} y`, Buffer.from(`${secret}tail`).toString('base64'), encodeURIComponent(secret)]) {
    assert.throws(() => secrets.assertNoSecret({ log: text }), /provider key/);
  }
});

test('the ledger reader waits for rows and says how many came', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headgate-ledger-'));
  mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(join(dataDir, 'headgate.db'));
  try {
    database.exec('create table exchanges (id text primary key, public_model text, attempts text)');
    database.exec(`insert into exchanges values ('1', 'm', '[{"status":200}]')`);
    assert.deepEqual(await waitForRows(dataDir, 1), [{ id: '1', publicModel: 'm', attempts: [{ status: 200 }] }]);
    await assert.rejects(waitForRows(dataDir, 2, 30), /2 ledger rows.*1 rows/);
  } finally {
    database.close();
    rmSync(dataDir, { recursive: true });
  }
});

test('waiting in vain names what was awaited', async () => {
  await assert.rejects(
    waitFor('rain', () => false, { timeoutMs: 20 }),
    /in vain for rain/,
  );
});
