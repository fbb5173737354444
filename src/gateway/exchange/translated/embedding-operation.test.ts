import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATION_CALL, UPSTREAM_AIM } from '../../../../test/support/operation-call.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { EmbeddingOperation } from './embedding-operation.ts';

const GEMINI = PROTOCOLS['gemini-generate'];
const OPENAI = PROTOCOLS['openai-embeddings'];

test('texts become one request each, and the vectors come back under the name that was asked for', () => {
  const operation = new EmbeddingOperation(OPENAI, { model: 'public', input: ['a', 'b'], dimensions: 2 }, OPERATION_CALL);
  const { path, body } = operation.write(GEMINI, UPSTREAM_AIM);
  assert.equal(path, '/models/upstream:batchEmbedContents');
  assert.equal((body['requests'] as readonly unknown[]).length, 2);
  const told = operation.readAnswer(GEMINI, { embeddings: [{ values: [1, 2] }, { values: [3, 4] }] });
  const read = JSON.parse(told?.body ?? '') as { model: string; data: readonly { embedding: unknown }[] };
  assert.equal(read.model, 'public');
  assert.deepEqual(
    read.data.map(({ embedding }) => embedding),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

test('an answer with too few vectors, too many, an empty one or one that holds no number is none', () => {
  const operation = new EmbeddingOperation(OPENAI, { model: 'public', input: ['a', 'b'] }, OPERATION_CALL);
  for (const embeddings of [
    [],
    [{ values: [1] }],
    [{ values: [1] }, { values: [2] }, { values: [3] }],
    [{ values: [1] }, { values: [] }],
    [{ values: [1] }, { values: ['x'] }],
    [{ values: [1] }, null],
  ]) {
    assert.equal(operation.readAnswer(GEMINI, { embeddings }), null, JSON.stringify(embeddings));
  }
});

test('what the target has no word for is told to be dropped, with what only the client’s protocol has', () => {
  const operation = new EmbeddingOperation(GEMINI, { content: { parts: [{ text: 'a' }] }, taskType: 'CLUSTERING', title: 't' }, OPERATION_CALL);
  assert.deepEqual([...operation.write(OPENAI, UPSTREAM_AIM).dropped].toSorted(), ['taskType', 'title']);
  assert.deepEqual(
    operation.wish.unmapped.map(({ field }) => field),
    ['title'],
  );
});

test('embeddings are never streamed', () => {
  assert.equal(new EmbeddingOperation(OPENAI, { model: 'public', input: 'a' }, OPERATION_CALL).createStream(), null);
});
