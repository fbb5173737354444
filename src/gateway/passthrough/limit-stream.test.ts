import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { limitStream } from './limit-stream.ts';

async function read(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

test('a stream within its limit passes as it is, with what was read of it before', async () => {
  assert.equal(await read(limitStream(Readable.from([Buffer.from('abc'), Buffer.from('def')]), 6)), 'abcdef');
  assert.equal(await read(limitStream(Readable.from([Buffer.from('def')]), 6, Buffer.from('abc'))), 'abcdef');
});

test('a stream that exceeds its limit ends with 413', async () => {
  await assert.rejects(read(limitStream(Readable.from([Buffer.from('abc'), Buffer.from('defg')]), 6)), { code: 'request_too_large', status: 413 });
  await assert.rejects(read(limitStream(Readable.from([Buffer.from('defg')]), 6, Buffer.from('abc'))), { code: 'request_too_large' });
});

test('a stream that breaks off does not end in order', async () => {
  const source = new PassThrough();
  const limited = limitStream(source, 100);
  source.write('half');
  source.destroy();
  await assert.rejects(read(limited), /broke off/);
  const failing = new PassThrough();
  const passed = limitStream(failing, 100);
  failing.destroy(new Error('reset'));
  await assert.rejects(read(passed), /reset/);
});
