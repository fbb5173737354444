import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../domain/gateway-error.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { generateEmbeddings } from './embeddings.ts';

const CALL = { model: 'm', stream: false };
const TARGET = { model: 'embed-1', traits: UNKNOWN_MODEL_TRAITS };
const decode = (body: Record<string, unknown>): ReturnType<typeof generateEmbeddings.decodeRequest> => generateEmbeddings.decodeRequest(body, CALL);

test('one text and a list of texts are read, in both spellings', () => {
  const single = decode({ content: { parts: [{ text: 'a' }, { text: 'b' }] }, task_type: 'RETRIEVAL_QUERY', output_dimensionality: 256 });
  assert.deepEqual([single.inputs, single.isSingle, single.taskType, single.dimensions], [['ab'], true, 'RETRIEVAL_QUERY', 256]);
  const batch = decode({ requests: [{ model: 'models/m', content: { parts: [{ text: 'a' }] } }, { content: { parts: { text: 'b' } } }] });
  assert.deepEqual([batch.inputs, batch.isSingle, batch.taskType, batch.dimensions, batch.unmapped], [['a', 'b'], false, null, null, []]);
});

test('wishes that differ between the texts, and fields that nobody else has, are told', () => {
  const { unmapped } = decode({
    requests: [
      { content: { parts: [{ text: 'a' }] }, outputDimensionality: 8, title: 'T' },
      { content: { parts: [{ text: 'b' }] }, taskType: 'CLUSTERING' },
    ],
  });
  assert.deepEqual(unmapped, [
    { field: 'requests[0].title', weight: 'hint' },
    { field: 'requests[1].taskType', weight: 'substance' },
    { field: 'requests[1].outputDimensionality', weight: 'substance' },
  ]);
});

test('what is no text is refused with its field', () => {
  const rows: [Record<string, unknown>, string][] = [
    [{}, 'content'],
    [{ content: { parts: [] } }, 'content'],
    [{ content: { parts: [{ inlineData: {} }] } }, 'content.parts[0]'],
    [{ requests: [] }, 'requests'],
    [{ requests: [{ content: { parts: [{ text: 'a' }] } }, {}] }, 'requests[1].content'],
  ];
  for (const [body, param] of rows)
    assert.throws(
      () => decode(body),
      (error: unknown) => error instanceof GatewayError && error.param === param,
      param,
    );
});

test('upstream it is always a list', () => {
  const { path, body, dropped } = generateEmbeddings.encodeRequest(
    { ...decode({ content: { parts: [{ text: 'a' }] } }), dimensions: 8, encoding: 'base64' },
    TARGET,
  );
  assert.equal(path, '/models/embed-1:batchEmbedContents');
  assert.deepEqual(body, { requests: [{ model: 'models/embed-1', content: { parts: [{ text: 'a' }] }, outputDimensionality: 8 }] });
  assert.deepEqual([...dropped], []);
});

test('vectors are read from lists and from single answers, and written as they were asked for', () => {
  const single = decode({ content: { parts: [{ text: 'a' }] } });
  const response = generateEmbeddings.decodeResponse({ embeddings: [{ values: [0.5, -1] }, {}] });
  assert.deepEqual([response.vectors, response.usage], [[[0.5, -1], []], null]);
  assert.deepEqual(generateEmbeddings.decodeResponse({ embedding: { values: [2] } }).vectors, [[2]]);
  assert.equal(generateEmbeddings.encodeResponse(response, single, 'p'), '{"embedding":{"values":[0.5,-1]}}');
  assert.equal(
    generateEmbeddings.encodeResponse(response, { ...single, isSingle: false }, 'p'),
    '{"embeddings":[{"values":[0.5,-1]},{"values":[]}]}',
  );
});
