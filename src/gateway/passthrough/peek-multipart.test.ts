import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { isMultipart, peekMultipart } from './peek-multipart.ts';

const BOUNDARY = '----form-x7';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const MOST = 10_000_000;

interface Part {
  readonly name: string;
  readonly value: string | Buffer;
  readonly more?: string;
}

function form(...parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, value, more = '' }) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

function peek(bytes: Buffer, size = 1000, type = TYPE, most = MOST): ReturnType<typeof peekMultipart> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
  return peekMultipart(Readable.from(chunks, { objectMode: false }) as unknown as IncomingMessage, type, most);
}

const FILE: Part = { name: 'file', value: Buffer.alloc(5000, 0xff), more: '; filename="speech.mp3"\r\nContent-Type: audio/mpeg' };

test('forms are known by their type', () => {
  for (const type of [TYPE, 'Multipart/Form-Data; boundary=x']) assert.equal(isMultipart(type), true);
  for (const type of ['', 'application/json', 'multipart/form-dataset', 'text/plain; multipart/form-data']) assert.equal(isMultipart(type), false);
});

test('the model is found before and behind a file, and its span is its text', async () => {
  for (const parts of [
    [{ name: 'model', value: 'whisper-x' }, FILE],
    [FILE, { name: 'model', value: 'whisper-x' }],
  ]) {
    const bytes = form(...parts);
    for (const size of [1, 777, 100_000]) {
      const { model, modelSpan, isWhole, head } = await peek(bytes, size);
      assert.equal(model, 'whisper-x');
      assert.equal(isWhole, true);
      assert.deepEqual(head, bytes);
      assert.equal(bytes.toString('utf8', modelSpan?.start, modelSpan?.end), 'whisper-x');
    }
  }
});

test('a boundary may be quoted', async () => {
  assert.equal((await peek(form({ name: 'model', value: 'm' }), 100, `multipart/form-data; charset=utf-8; boundary="${BOUNDARY}"`)).model, 'm');
});

test('a form without a model has none', async () => {
  for (const bytes of [
    form(FILE),
    form({ name: 'model', value: '' }),
    form({ name: 'model', value: '  ' }),
    form({ name: 'models', value: 'm' }),
    form({ name: 'model', value: 'm', more: '; filename="m.txt"' }),
    Buffer.from(''),
    Buffer.from('garbage'),
  ]) {
    assert.equal((await peek(bytes)).model, null);
  }
  assert.equal((await peek(form({ name: 'model', value: 'm' }), 100, 'multipart/form-data')).model, null, 'no boundary');
});

test('what stands inside a file is no field', async () => {
  const inside = `--other\r\nContent-Disposition: form-data; name="model"\r\n\r\nevil\r\n--other--`;
  assert.equal((await peek(form({ ...FILE, value: inside }, { name: 'model', value: 'real' }))).model, 'real');
});

test('two models are refused: which of them counts would be a guess', async () => {
  await assert.rejects(peek(form({ name: 'model', value: 'allowed' }, FILE, { name: 'model', value: 'forbidden' })), { code: 'invalid_request' });
});

test('a large form is not held: its beginning is looked at and the whole goes on as it came', async () => {
  const bytes = form({ name: 'model', value: 'm' }, { ...FILE, value: Buffer.alloc(1_000_000, 0x61) });
  const { model, isWhole, head, rest } = await peek(bytes, 64 * 1024);
  assert.equal(model, 'm');
  assert.equal(isWhole, false);
  assert.ok(head.length < 400_000);
  assert.notEqual(rest, null);
});

test('a form that is larger than the limit is refused, also without a declared length', async () => {
  await assert.rejects(peek(form(FILE), 1000, TYPE, 4000), { code: 'request_too_large', status: 413 });
});
