import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';

import type { MockUpstream } from './mock-upstream.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { startMockUpstream } from './start-mock-upstream.ts';

let mock: MockUpstream;
before(async () => {
  mock = await startMockUpstream();
});
beforeEach(() => mock.reset());
after(() => mock.close());

/** Sends a request that asks to close and gives the pieces of the answer with the time of each. */
function exchange(body = '{}'): Promise<readonly { readonly at: number; readonly text: string }[]> {
  return new Promise((resolve) => {
    const pieces: { at: number; text: string }[] = [];
    const socket = connect({ port: mock.port, host: '127.0.0.1' });
    socket.on('data', (bytes: Buffer) => pieces.push({ at: monotonicMs(), text: bytes.toString('latin1') }));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(pieces));
    const fields = `host: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\n${fields}\r\n\r\n${body}`);
  });
}

async function wholeText(body?: string): Promise<string> {
  return (await exchange(body)).map((piece) => piece.text).join('');
}

test('sends the headers at once and the first body byte late', async () => {
  mock.script({ rules: [{ firstByteDelayMs: 60 }] });
  const pieces = await exchange();
  assert.match(pieces[0]?.text ?? '', /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
  assert.ok((pieces[1]?.at ?? 0) - (pieces[0]?.at ?? 0) >= 50);
});

test('sends nothing before its delay is over', async () => {
  mock.script({ rules: [{ delayMs: 60 }] });
  const sentAt = monotonicMs();
  const [first] = await exchange();
  assert.ok((first?.at ?? 0) - sentAt >= 55);
});

test('trickles a body in small writes', async () => {
  mock.script({ rules: [{ body: 'abcdefgh', trickle: { bytes: 3, intervalMs: 1 } }] });
  assert.match(await wholeText(), /\r\n3\r\nabc\r\n3\r\ndef\r\n2\r\ngh\r\n0\r\n\r\n$/);
});

test('declares the whole length of a body that it cuts', async () => {
  mock.script({ rules: [{ body: 'abcdefgh', cutAfterBytes: 5 }] });
  const text = await wholeText();
  assert.match(text, /content-length: 8\r\n/);
  assert.ok(text.endsWith('\r\n\r\nabcde'));
});

test('names a time to come back as an HTTP date', async () => {
  mock.script({ rules: [{ status: 429, retryAfterDateSeconds: 30 }] });
  const date = /retry-after: (.*)\r\n/.exec(await wholeText())?.[1] ?? '';
  assert.match(date, /GMT$/);
  assert.ok(Math.abs(Date.parse(date) - Date.now() - 30_000) < 3000);
});

test('redirects, and answers with exact bytes of broken HTTP', async () => {
  mock.script({ rules: [{ match: { nth: 1 }, redirect: 'http://127.0.0.1:1/x' }, { rawHttp: 'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n' }] });
  assert.match(await wholeText(), /^HTTP\/1\.1 307 [^]*location: http:\/\/127\.0\.0\.1:1\/x\r\n/);
  assert.equal(await wholeText(), 'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n');
  assert.equal(mock.abortedAt.length, 0);
});

test('puts comments before the events of a stream and counts its content events', async () => {
  mock.script({ rules: [{ comments: 2, chunks: 12, text: 'one two', omitUsage: true }] });
  const text = await wholeText('{"stream":true,"stream_options":{"include_usage":true}}');
  assert.equal(text.split(': keep-alive').length - 1, 2);
  assert.ok(text.indexOf(': keep-alive') < text.indexOf('data: '));
  assert.equal(text.match(/"delta":\{"content":/g)?.length, 12);
  assert.ok(!text.includes('"usage"'));
});
