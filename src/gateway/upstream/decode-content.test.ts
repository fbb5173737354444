import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { acceptsEncoding, decodeContent, isIdentity } from './decode-content.ts';

const TEXT = Buffer.from('{"answer":"forty-two"}'.repeat(50));
const PACKED: Readonly<Record<string, Buffer>> = {
  gzip: gzipSync(TEXT),
  'x-gzip': gzipSync(TEXT),
  br: brotliCompressSync(TEXT),
  zstd: zstdCompressSync(TEXT),
  deflate: deflateSync(TEXT),
};

test('every coding in use is unpacked, in any case', async () => {
  for (const [coding, bytes] of Object.entries(PACKED))
    assert.deepEqual(await decodeContent(bytes, ` ${coding.toUpperCase()} `, 1_000_000), TEXT, coding);
  assert.deepEqual(await decodeContent(deflateRawSync(TEXT), 'deflate', 1_000_000), TEXT, 'some servers send the raw form');
});

test('unknown and nested codings, broken bytes and cut ones are not unpacked', async () => {
  for (const coding of ['lzma', 'gzip, br', 'identity', '', 'constructor', '__proto__'])
    assert.equal(await decodeContent(PACKED['gzip'] ?? TEXT, coding, 1_000_000), null, coding);
  for (const [coding, bytes] of Object.entries(PACKED)) {
    assert.equal(await decodeContent(TEXT, coding, 1_000_000), null, coding);
    assert.equal(await decodeContent(bytes.subarray(0, bytes.length - 5), coding, 1_000_000), null, coding);
  }
});

test('a body that unpacks to more than the limit is not held', async () => {
  const bomb = Buffer.alloc(20_000_000);
  const bombs: Readonly<Record<string, Buffer>> = {
    gzip: gzipSync(bomb),
    br: brotliCompressSync(bomb),
    zstd: zstdCompressSync(bomb),
    deflate: deflateSync(bomb),
  };
  for (const [coding, bytes] of Object.entries(bombs)) assert.equal(await decodeContent(bytes, coding, 100_000), null, coding);
});

test('a body is plain without a coding, or with identity', () => {
  for (const coding of [undefined, '', 'identity', 'Identity']) assert.equal(isIdentity(coding), true);
  for (const coding of ['gzip', 'br', 'identity, gzip']) assert.equal(isIdentity(coding), false);
});

test('a coding is accepted when the client names it or a star, with a weight above 0', () => {
  const yes = [
    ['gzip', 'gzip'],
    ['br, gzip', 'gzip'],
    ['gzip;q=0.5', 'gzip'],
    ['GZIP', 'gzip'],
    ['*', 'zstd'],
    ['*;q=0, br', 'br'],
    ['gzip;q=0.001', 'gzip'],
  ] as const;
  const no = [
    [undefined, 'gzip'],
    ['', 'gzip'],
    ['br', 'gzip'],
    ['gzip;q=0', 'gzip'],
    ['gzip; q=0.000', 'gzip'],
    ['*, gzip;q=0', 'gzip'],
    ['*;q=0', 'gzip'],
    ['identity', 'gzip'],
    ['xgzip', 'gzip'],
  ] as const;
  for (const [accepts, coding] of yes) assert.equal(acceptsEncoding(accepts, coding), true, accepts);
  for (const [accepts, coding] of no) assert.equal(acceptsEncoding(accepts, coding), false, String(accepts));
});
