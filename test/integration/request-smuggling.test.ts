import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';

const BODY = '{"model":"plain","messages":[]}';
const LENGTH = BODY.length;
const CHUNKED = `${LENGTH.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
/** What a confused server would take for a second request. */
const SMUGGLED = `GET /v1/smuggled HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\n\r\n`;

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({ providers: [{ id: 'vendor', models: ['plain'], keys: ['sk-vendor-12345'] }] });
});
after(() => world.close());

function post(lines: readonly string[], rest: string): string {
  return `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\ncontent-type: application/json\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${rest}`;
}

/** Requests on whose length two programs could disagree. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'both lengths, chunked last': post([`content-length: ${LENGTH}`, 'transfer-encoding: chunked'], `0\r\n\r\n${SMUGGLED}`),
  'both lengths, chunked first': post(['transfer-encoding: chunked', 'content-length: 4'], `${CHUNKED}${SMUGGLED}`),
  'two different lengths': post([`content-length: ${LENGTH}`, `content-length: ${LENGTH + SMUGGLED.length}`], `${BODY}${SMUGGLED}`),
  'a list of lengths': post([`content-length: ${LENGTH}, ${LENGTH + 5}`], `${BODY}${SMUGGLED}`),
  'a length with a plus': post([`content-length: +${LENGTH}`], `${BODY}${SMUGGLED}`),
  'a negative length': post(['content-length: -1'], `${BODY}${SMUGGLED}`),
  'a hexadecimal length': post([`content-length: 0x${LENGTH.toString(16)}`], `${BODY}${SMUGGLED}`),
  'a length beyond all integers': post(['content-length: 99999999999999999999'], `${BODY}${SMUGGLED}`),
  'a length with a space inside': post(['content-length: 3 1'], `${BODY}${SMUGGLED}`),
  'chunked twice': post(['transfer-encoding: chunked, chunked'], `${CHUNKED}${SMUGGLED}`),
  'chunked not last': post(['transfer-encoding: chunked, identity'], `${CHUNKED}${SMUGGLED}`),
  'an unknown coding': post(['transfer-encoding: xchunked'], `${CHUNKED}${SMUGGLED}`),
  'a quoted coding': post(['transfer-encoding: "chunked"'], `${CHUNKED}${SMUGGLED}`),
  'a space before the colon': post(['transfer-encoding : chunked', `content-length: ${LENGTH}`], `${BODY}${SMUGGLED}`),
  'a vertical tab before the coding': post(['transfer-encoding: \x0bchunked', `content-length: ${LENGTH}`], `${BODY}${SMUGGLED}`),
  'a folded coding': post(['transfer-encoding:\r\n chunked', `content-length: ${LENGTH}`], `${BODY}${SMUGGLED}`),
  'a folded header': post([`content-length: ${LENGTH}`, 'x-folded: a\r\n b'], `${BODY}${SMUGGLED}`),
  'a header line without a colon': post([`content-length: ${LENGTH}`, 'no colon here'], `${BODY}${SMUGGLED}`),
  'a header without a name': post([`content-length: ${LENGTH}`, ': value'], `${BODY}${SMUGGLED}`),
  'a NUL in a header': post([`content-length: ${LENGTH}`, 'x-nul: a\x00b'], `${BODY}${SMUGGLED}`),
  'a bare CR in a header': post([`content-length: ${LENGTH}`, 'x-cr: a\rb'], `${BODY}${SMUGGLED}`),
  'a control character in a name': post([`content-length: ${LENGTH}`, 'x\x01y: 1'], `${BODY}${SMUGGLED}`),
  'line feeds alone': post([`content-length: ${LENGTH}`], `${BODY}${SMUGGLED}`).replaceAll('\r\n', '\n'),
  'a line feed alone after a header': `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\ntransfer-encoding: chunked\r\n\r\n${CHUNKED}${SMUGGLED}`,
  'a chunk size that is no number': post(['transfer-encoding: chunked'], `zz\r\n${BODY}\r\n0\r\n\r\n${SMUGGLED}`),
  'a chunk size with a prefix': post(['transfer-encoding: chunked'], `0x${LENGTH.toString(16)}\r\n${BODY}\r\n0\r\n\r\n${SMUGGLED}`),
  'a negative chunk size': post(['transfer-encoding: chunked'], `-1\r\n${BODY}\r\n0\r\n\r\n${SMUGGLED}`),
  'a chunk size beyond all integers': post(['transfer-encoding: chunked'], `fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n${SMUGGLED}`),
  'chunks that end with line feeds': post(['transfer-encoding: chunked'], `${CHUNKED.replaceAll('\r\n', '\n')}${SMUGGLED}`),
  'a chunk longer than its size': post(['transfer-encoding: chunked'], `4\r\n${BODY}\r\n0\r\n\r\n${SMUGGLED}`),
  'a line feed in a chunk extension': post(['transfer-encoding: chunked'], `${LENGTH.toString(16)};a\n\r\n${BODY}\r\n0\r\n\r\n${SMUGGLED}`),
  'no Host': `POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer ${TESTER_KEY}\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`,
  'two Hosts': post([`content-length: ${LENGTH}`, 'host: y'], `${BODY}`),
  'a space in the target': `GET /v1/smuggled HTTP/1.1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\n\r\n`,
  'an unknown version': `GET /v1/smuggled HTTP/9.9\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\n\r\n`,
  'HTTP/2 on the wire': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a TLS greeting': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'an unknown method': `SMUGGLE /v1/smuggled HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\n\r\n`,
};

for (const [what, bytes] of Object.entries(AMBIGUOUS)) {
  test(`${what}: refused with 400 in JSON, the connection closed, nothing smuggled`, async () => {
    world.mock.reset();
    const result = await sendRawBytes({ port: world.gateway.port, writes: [bytes], quietMs: 1500 });
    assert.match(result.text, /^HTTP\/1\.1 400 /, result.text.slice(0, 300));
    assert.equal(result.text.split('HTTP/1.1 ').length - 1, 1, 'one answer');
    const [head = '', body = ''] = result.text.split('\r\n\r\n');
    assert.match(head, /content-type: application\/json/i);
    assert.equal((JSON.parse(body) as { error: { code: string } }).error.code, 'invalid_headers');
    assert.notEqual(result.end, 'quiet', 'the connection was closed');
    assert.equal(world.mock.requestCount, 0, 'no upstream saw it');
  });
}

test('two requests in one packet are two requests, each answered in turn', async () => {
  const result = await sendRawBytes({
    port: world.gateway.port,
    writes: [`${post([`content-length: ${LENGTH}`], BODY)}${post([`content-length: ${LENGTH}`, 'connection: close'], BODY)}`],
    quietMs: 3000,
  });
  assert.equal(result.text.split('HTTP/1.1 200 ').length - 1, 2);
  assert.equal(world.received('vendor').length, 2);
});

test('what follows a refused request on its connection is not served', async () => {
  world.mock.reset();
  const result = await sendRawBytes({
    port: world.gateway.port,
    writes: [post(['content-length: 40000000'], ''), SMUGGLED],
    pauseMs: 50,
    quietMs: 3000,
  });
  assert.match(result.text, /^HTTP\/1\.1 413 /);
  assert.equal(result.text.split('HTTP/1.1 ').length - 1, 1);
  assert.equal(world.mock.requestCount, 0);
});

test('after all of this the process serves', async () => {
  assert.equal((await world.chat('plain')).status, 200);
  assert.doesNotMatch(world.gateway.stdout() + world.gateway.stderr(), /defect|Uncaught|UnhandledPromise/i);
});
