import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import type { ClientAnswer } from '../support/http-client.ts';

const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync, deflate: inflateSync } as const;
const ENCODINGS = Object.keys(DECODERS) as readonly (keyof typeof DECODERS)[];

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['plain'], keys: ['sk-vendor-12345'] },
      { id: 'mapped', models: [{ name: 'public-name', upstream: 'upstream-name' }], keys: ['sk-mapped-12345'] },
    ],
  });
});
after(() => world.close());

function encodingOf(answer: ClientAnswer): string | undefined {
  return answer.headers['content-encoding'];
}

for (const encoding of ENCODINGS) {
  test(`${encoding}: an answer passes as it is to a client that accepts it, and decoded to one that does not`, async () => {
    world.script({ rules: [{ contentEncoding: encoding, text: 'héllo '.repeat(50) }] });
    const accepted = await world.chat('plain', { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } });
    assert.equal(accepted.status, 200);
    assert.equal(encodingOf(accepted), encoding);
    assert.equal(Number(accepted.headers['content-length']), accepted.body.length);
    const content = (JSON.parse(DECODERS[encoding](accepted.body).toString('utf8')) as { choices: { message: { content: string } }[] }).choices[0]
      ?.message.content;
    assert.equal(content, 'héllo '.repeat(50));
    for (const headers of [{}, { 'accept-encoding': `identity, ${encoding};q=0` }] as Record<string, string>[]) {
      const decoded = await world.chat('plain', { headers });
      assert.equal(encodingOf(decoded), undefined);
      assert.equal((decoded.json() as { choices: { message: { content: string } }[] }).choices[0]?.message.content, 'héllo '.repeat(50));
    }
  });

  test(`${encoding}: errors and mapped names are readable, whatever the upstream packs`, async () => {
    world.script({ rules: [{ match: { path: '^/vendor/' }, contentEncoding: encoding, status: 400 }, { contentEncoding: encoding }] });
    const fault = await world.chat('plain', { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(fault.status, 400);
    assert.equal((fault.json() as { error: { type: string } }).error.type, 'invalid_request_error');
    const mapped = await world.chat('public-name', { headers: { 'accept-encoding': 'gzip' } });
    assert.equal((mapped.json() as { model: string }).model, 'public-name');
    assert.equal(world.received('mapped').at(-1)?.headers['accept-encoding'], 'identity');
  });

  test(`${encoding}: bytes of another kind reach a client that does not accept the coding decoded`, async () => {
    world.script({ rules: [{ contentEncoding: encoding }] });
    const body = { model: 'plain', voice: 'alloy', input: 'x' };
    const packed = await world.send('/v1/audio/speech', { body, headers: { 'accept-encoding': encoding } });
    assert.equal(encodingOf(packed), encoding);
    const bytes = DECODERS[encoding](packed.body);
    assert.deepEqual([...bytes.subarray(0, 4)], [0xff, 0xfb, 0x90, 0x64]);
    const plain = await world.send('/v1/audio/speech', { body });
    assert.equal(encodingOf(plain), undefined);
    assert.deepEqual(plain.body, bytes);
  });

  test(`${encoding}: a stream that the upstream packs although identity was asked arrives as events`, async () => {
    world.script({ rules: [{ contentEncoding: encoding, chunks: 5, intervalMs: 20 }] });
    const answer = await world.streamChat('plain', { headers: { 'accept-encoding': 'identity' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-encoding'], undefined);
    const events = await Array.fromAsync(answer.events);
    assert.equal(events.at(-1)?.data, '[DONE]');
    assert.equal(events.filter(({ data }) => data.includes('"content":"')).length >= 5, true);
  });
}

test('an answer that unpacks to more than the gateway holds is 502 and grows nothing', async () => {
  world.script({
    rules: [
      { contentEncoding: 'gzip', body: `{"choices":[],"x":"${'0'.repeat(40 * 1024 * 1024)}"}`, headers: { 'content-type': 'application/json' } },
    ],
  });
  const answer = await world.chat('plain', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(answer.status, 502);
  assert.equal((answer.json() as { error: { code: string } }).error.code, 'upstream_malformed');
});

test('an answer that claims a coding it does not have is 502', async () => {
  world.script({ rules: [{ headers: { 'content-encoding': 'gzip' } }] });
  const answer = await world.chat('plain');
  assert.equal(answer.status, 502);
  assert.equal((answer.json() as { error: { code: string } }).error.code, 'upstream_malformed');
});

test('informational answers of the upstream are passed over', async () => {
  world.script({ rules: [{ informational: [100, 102, 103] }] });
  assert.equal((await world.chat('plain')).status, 200);
});

test('bytes that are no text arrive as they are', async () => {
  world.script({});
  const answer = await world.send('/v1/audio/speech', { body: { model: 'plain', input: 'x', voice: 'alloy' } });
  assert.equal(answer.headers['content-type'], 'audio/mpeg');
  assert.equal(answer.body.length, 4096);
  assert.deepEqual([...answer.body.subarray(0, 8)], [0xff, 0xfb, 0x90, 0x64, 123, 154, 185, 216]);
});

test('answers without a body have none', async () => {
  world.script({ rules: [{ status: 204 }] });
  const answer = await world.send('/v1/files/abc', { method: 'DELETE' });
  assert.equal(answer.status, 204);
  assert.equal(answer.body.length, 0);
  assert.equal(answer.headers['content-length'], undefined);
});

test('the body of a chat answer is the upstream’s, byte for byte', async () => {
  const raw = '{ "id":"c",\n "choices" : [{"index":0,"message":{"role":"assistant","content":"\\u00e9\\/é"}}],"x":1.0,"big":12345678901234567890 }';
  world.script({ rules: [{ raw, headers: { 'content-type': 'application/json' } }] });
  assert.equal((await world.chat('plain')).text, raw);
});

test('in a mapped answer only the name changes', async () => {
  const raw =
    '{"x":{"model":"upstream-name"}, "model" : "upstream-name" ,"choices":[{"message":{"content":"\\"model\\":\\"upstream-name\\""}}],"n":1.50}';
  world.script({ rules: [{ raw, headers: { 'content-type': 'application/json' } }] });
  assert.equal(
    (await world.chat('public-name', { body: chatBody('public-name') })).text,
    raw.replace('"model" : "upstream-name"', '"model" : "public-name"'),
  );
});
