import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';

import { chatBody, MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';

const CREDENTIAL = `authorization: Bearer ${TESTER_KEY}`;

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'first', models: ['plain'], keys: ['sk-first-12345'], priority: 0 },
      { id: 'second', models: [{ name: 'whisper', upstream: 'whisper-large' }], keys: ['sk-second-12345'], priority: 1 },
    ],
  });
});
after(() => world.close());

function head(path: string, lines: readonly string[]): string {
  return [`POST ${path} HTTP/1.1`, 'host: gateway', CREDENTIAL, 'connection: close', ...lines, '', ''].join('\r\n');
}

/** Most memory that the process has had, in bytes. */
function peakMemory(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

const BOUNDARY = 'frontier-7f3a';

/** A form with a file of so many bytes, in pieces; `fields` stand before it. */
function* form(fields: Readonly<Record<string, string>>, fileBytes: number, pieceBytes: number): Generator<Buffer> {
  for (const [name, value] of Object.entries(fields))
    yield Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  yield Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
  const piece = randomBytes(pieceBytes);
  for (let left = fileBytes; left > 0; left -= pieceBytes) yield left < pieceBytes ? piece.subarray(0, left) : piece;
  yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
}

/** Sends the pieces as they are made, with or without a declared length, and gives the status and what was hashed. */
function upload(
  path: string,
  pieces: Iterable<Buffer>,
  declared: number | null,
): Promise<{ status: number; text: string; sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${world.origin}${path}`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${TESTER_KEY}`,
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        ...(declared === null ? {} : { 'content-length': declared }),
      },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text, sha256: hash.digest('hex'), bytes }));
    });
    void (async () => {
      for (const piece of pieces) {
        hash.update(piece);
        bytes += piece.length;
        if (!outgoing.write(piece)) await new Promise((drained) => outgoing.once('drain', drained));
      }
      outgoing.end();
    })();
  });
}

test('a chunked request body arrives whole, with framing of our own', async () => {
  world.script({});
  const body = JSON.stringify(chatBody('plain'));
  const pieces = [body.slice(0, 3), body.slice(3, 20), body.slice(20)].map((piece) => `${piece.length.toString(16)};ext=1\r\n${piece}\r\n`);
  const result = await sendRawBytes({
    port: world.gateway.port,
    writes: [
      head('/v1/chat/completions', ['content-type: application/json', 'transfer-encoding: chunked', 'trailer: x-late']),
      ...pieces,
      '0\r\nx-late: 1\r\n\r\n',
    ],
    pauseMs: 5,
    quietMs: 3000,
  });
  assert.match(result.text, /^HTTP\/1\.1 200 /);
  const request = world.received('first').at(-1);
  assert.equal(request?.text, body);
  assert.equal(request?.headers['content-length'], String(body.length));
  assert.equal(request?.headers['transfer-encoding'], undefined);
  assert.equal(request?.headers['x-late'], undefined);
});

test('Expect: 100-continue is answered before the body is sent', async () => {
  world.script({});
  const body = JSON.stringify(chatBody('plain'));
  const result = await sendRawBytes({
    port: world.gateway.port,
    writes: [head('/v1/chat/completions', ['content-type: application/json', `content-length: ${body.length}`, 'expect: 100-continue']), body],
    pauseMs: 100,
    quietMs: 3000,
  });
  assert.match(result.text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  assert.equal(world.received('first').at(-1)?.headers['expect'], undefined);
});

test('a body declared too large is refused with 413 before any 100 Continue', async () => {
  const result = await sendRawBytes({
    port: world.gateway.port,
    writes: [head('/v1/chat/completions', ['content-type: application/json', `content-length: ${33 * 1024 * 1024}`, 'expect: 100-continue'])],
    quietMs: 3000,
  });
  assert.match(result.text, /^HTTP\/1\.1 413 /);
  assert.match(result.text, /"code":"request_too_large"/);
  assert.doesNotMatch(result.text, /100 Continue/);
  assert.equal(result.end, 'fin', 'the connection is closed, since the body may follow');
});

test('any other expectation is refused with 417', async () => {
  const result = await sendRawBytes({
    port: world.gateway.port,
    writes: [head('/v1/chat/completions', ['content-length: 2', 'expect: 200-maybe']), '{}'],
    quietMs: 3000,
  });
  assert.match(result.text, /^HTTP\/1\.1 417 /);
  assert.match(result.text, /"code":"expectation_failed"/);
});

test('a DELETE without a body reaches the upstream without one', async () => {
  world.script({});
  const answer = await world.send('/v1/files/file-abc', { method: 'DELETE' });
  assert.equal(answer.status, 200);
  const request = world.received('first').at(-1);
  assert.equal(request?.method, 'DELETE');
  assert.equal(request?.url, '/first/v1/files/file-abc');
  assert.equal(request?.bodyBytes, 0);
  assert.equal(request?.headers['transfer-encoding'], undefined);
  assert.ok(['0', undefined].includes(request?.headers['content-length'] as string | undefined));
});

test('a form of 25 MB arrives with the same SHA-256, declared or chunked', async () => {
  world.script({});
  const size = 25 * 1024 * 1024;
  const overhead = [...form({ purpose: 'assistants' }, 0, 1)].reduce((sum, piece) => sum + piece.length, 0);
  for (const declared of [size + overhead, null]) {
    const sent = await upload('/v1/files', form({ purpose: 'assistants' }, size, 64 * 1024), declared);
    assert.equal(sent.status, 200);
    const request = world.received('first').at(-1);
    assert.equal(request?.bodyBytes, sent.bytes);
    assert.equal(request?.bodySha256, sent.sha256);
    assert.equal(request?.headers['content-type'], `multipart/form-data; boundary=${BOUNDARY}`);
    assert.equal(request?.headers['content-length'], declared === null ? undefined : String(declared));
    assert.equal((JSON.parse(sent.text) as { sha256: string }).sha256, sent.sha256);
  }
});

test('a form is streamed, not held: 150 MB take less than 64 MB of memory', async () => {
  world.script({});
  const before = peakMemory(world.gateway.pid);
  const sent = await upload('/v1/files', form({ purpose: 'assistants' }, 150 * 1024 * 1024, 256 * 1024), null);
  assert.equal(sent.status, 200);
  assert.equal(world.received('first').at(-1)?.bodySha256, sent.sha256);
  const grown = peakMemory(world.gateway.pid) - before;
  assert.ok(grown < 64 * 1024 * 1024, `grew by ${Math.round(grown / 1024 / 1024)} MB`);
});

test('the model in a form field decides the provider, and its mapped name goes on', async () => {
  world.script({});
  const sent = await upload('/v1/audio/transcriptions', form({ language: 'en', model: 'whisper' }, 1000, 1000), null);
  assert.equal(sent.status, 200);
  const request = world.received('second').at(-1);
  assert.equal(request?.url, '/second/v1/audio/transcriptions');
  assert.equal(request?.model, 'whisper-large');
  assert.match(request?.text ?? '', /name="language"\r\n\r\nen\r\n/);
  const unknown = await upload('/v1/audio/transcriptions', form({ model: 'nobody-has-this' }, 10, 10), null);
  assert.equal(unknown.status, 404);
  assert.equal((JSON.parse(unknown.text) as { error: { code: string } }).error.code, 'model_not_found');
});

test('a form that is tried again is sent again whole', async () => {
  world.script({ rules: [{ match: { path: '/audio/' }, times: 1, status: 429, retryAfterSeconds: 1 }] });
  const sent = await upload('/v1/audio/translations', form({ model: 'whisper' }, 100_000, 10_000), null);
  assert.equal(sent.status, 200);
  const [first, second] = world.received('second').filter(({ url }) => url.endsWith('/translations'));
  assert.equal(first?.bodySha256, second?.bodySha256);
});

test('the model of a large form is found before its file, and its mapped name goes on', async () => {
  world.script({});
  const size = 3 * 1024 * 1024;
  const sent = await upload('/v1/audio/transcriptions', form({ model: 'plain' }, size, 64 * 1024), null);
  assert.equal(sent.status, 200);
  assert.equal(world.received('first').at(-1)?.bodySha256, sent.sha256);
  const overhead = [...form({ model: 'whisper' }, 0, 1)].reduce((sum, piece) => sum + piece.length, 0);
  for (const declared of [size + overhead, null]) {
    const mapped = await upload('/v1/audio/transcriptions', form({ model: 'whisper' }, size, 64 * 1024), declared);
    assert.equal(mapped.status, 200);
    const request = world.received('second').at(-1);
    assert.equal(request?.model, 'whisper-large');
    assert.equal(request?.bodyBytes, mapped.bytes + '-large'.length);
  }
});

test('compressed request bodies are refused for model calls and pass on other paths', async () => {
  world.script({});
  const refused = await world.send('/v1/chat/completions', {
    body: Buffer.from('x'),
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  });
  assert.equal(refused.status, 415);
  assert.equal((refused.json() as { error: { code: string } }).error.code, 'unsupported_content_encoding');
  const bytes = randomBytes(500);
  for (const type of ['application/octet-stream', 'application/json']) {
    const passed = await world.send('/v1/uploads/part', { body: bytes, headers: { 'content-type': type, 'content-encoding': 'gzip' } });
    assert.equal(passed.status, 200, type);
    const request = world.received('first').at(-1);
    assert.equal(request?.headers['content-encoding'], 'gzip');
    assert.equal(request?.bodySha256, createHash('sha256').update(bytes).digest('hex'));
  }
});

test('an upstream that answers while the body still uploads is heard', async () => {
  world.script({
    rules: [
      {
        early: true,
        match: { path: '/files' },
        status: 413,
        body: { error: { message: 'too large for this vendor', type: 'invalid_request_error', param: null, code: null } },
      },
    ],
  });
  const sent = await upload('/v1/files', form({ purpose: 'batch' }, 20 * 1024 * 1024, 64 * 1024), null).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  // The client may meet the end of the connection while it still writes, as with any server that refuses early.
  if (sent instanceof Error) assert.match(sent.code ?? '', /EPIPE|ECONNRESET/);
  else assert.equal(sent.status, 413);
  assert.equal((await world.chat('plain')).status, 200);
});
