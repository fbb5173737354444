import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import OpenAI from 'openai';
import { GatewayError } from '../../domain/gateway-error.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { base64ToFloats, floatsToBase64 } from './float-bytes.ts';

const TARGET = { model: 'up', traits: UNKNOWN_MODEL_TRAITS };

test('one text and a list of texts are told apart, and both come back as they went out', () => {
  for (const body of [{ input: 'A' }, { input: ['A'] }, { input: ['A', 'B'], dimensions: 5 }]) {
    const request = decodeRequest(body);
    const { path, body: written, dropped } = encodeRequest(request, TARGET);
    assert.deepEqual([path, written, dropped], ['/embeddings', { model: 'up', ...body }, []]);
    assert.deepEqual(decodeRequest(written), request);
  }
});

test('fields that others do not have are named', () => {
  assert.deepEqual(decodeRequest({ input: 'A', user: 'u', truncate: 'END', encoding_format: 'base64' }).unmapped, [
    { field: 'user', weight: 'hint' },
    { field: 'truncate', weight: 'hint' },
  ]);
  assert.deepEqual(encodeRequest({ ...decodeRequest({ input: 'A' }), taskType: 'RETRIEVAL_QUERY' }, TARGET).dropped, ['taskType']);
});

test('tokens are refused, because only their own model can read them', () => {
  for (const input of [
    [1, 2],
    [[1, 2], [3]],
  ]) {
    assert.throws(
      () => decodeRequest({ input }),
      (error) => error instanceof GatewayError && error.code === 'cannot_translate' && error.param === 'input',
    );
  }
});

test('what the API would refuse is refused with its field', () => {
  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{}, 'input'],
    [{ input: '' }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['A', ''] }, 'input[1]'],
    [{ input: ['A', null] }, 'input[1]'],
    [{ input: Array.from({ length: 2049 }, () => 'A') }, 'input'],
    [{ input: 'A', dimensions: 0 }, 'dimensions'],
    [{ input: 'A', encoding_format: 'int8' }, 'encoding_format'],
  ];
  for (const [body, param] of rows) {
    assert.throws(
      () => decodeRequest(body),
      (error) => error instanceof GatewayError && error.param === param,
      JSON.stringify(body).slice(0, 60),
    );
  }
});

test('vectors stand in the order of the inputs, whatever order and form they came in', () => {
  const body = {
    model: 'up',
    data: [
      { object: 'embedding', index: 1, embedding: floatsToBase64([0.5, -2]) },
      { object: 'embedding', index: 0, embedding: [1, 0.25] },
    ],
    usage: { prompt_tokens: 8, total_tokens: 8 },
  };
  const { model, vectors, usage } = decodeResponse(body);
  assert.deepEqual(
    [model, vectors, usage?.input],
    [
      'up',
      [
        [1, 0.25],
        [0.5, -2],
      ],
      8,
    ],
  );
  assert.deepEqual(decodeResponse({}), { model: '', vectors: [], usage: null });
});

test('any float32 survives base64, least byte first', () => {
  assert.equal(floatsToBase64([1]), Buffer.from([0, 0, 0x80, 0x3f]).toString('base64'));
  fc.assert(fc.property(fc.array(fc.float({ noNaN: true })), (vector) => assert.deepEqual(base64ToFloats(floatsToBase64(vector)), vector)));
});

test('the answer has the form that was asked for, and figures even when nobody told any', async () => {
  const response = { model: 'up', vectors: [[0.5, -2]], usage: null };
  const float = JSON.parse(encodeResponse(response, decodeRequest({ input: 'A' }), 'public'));
  assert.deepEqual(float, {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.5, -2] }],
    model: 'public',
    usage: { prompt_tokens: 0, total_tokens: 0 },
  });
  // The official client asks for base64 unless told otherwise.
  const client = new OpenAI({
    apiKey: 'x',
    baseURL: 'http://localhost',
    maxRetries: 0,
    fetch: (_url, init) => {
      const request = decodeRequest(JSON.parse(typeof init?.body === 'string' ? init.body : ''));
      assert.equal(request.encoding, 'base64');
      return Promise.resolve(new Response(encodeResponse(response, request, 'public'), { headers: { 'content-type': 'application/json' } }));
    },
  });
  const answer = await client.embeddings.create({ model: 'm', input: 'A' });
  assert.deepEqual([...(answer.data[0]?.embedding ?? [])], [0.5, -2]);
});
