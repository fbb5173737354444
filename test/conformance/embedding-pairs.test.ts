import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EmbeddingOperation } from '../../src/gateway/exchange/translated/embedding-operation.ts';
import type { JsonObject } from '../../src/lib/json-reading.ts';
import { PROTOCOLS } from '../../src/protocols/registry.ts';
import { TARGET } from './translate-pair.ts';

type EmbeddingProtocol = 'openai-embeddings' | 'gemini-generate';

const writes = process.env['GOLDENS'] === 'write';
const INPUTS: Readonly<Record<EmbeddingProtocol, { readonly request: JsonObject; readonly answer: JsonObject }>> = {
  'openai-embeddings': {
    request: { model: 'public', input: ['harbour', 'café 🙂'], dimensions: 2, encoding_format: 'base64', user: 'sailor' },
    answer: {
      object: 'list',
      model: 'embed-own',
      data: [
        { object: 'embedding', index: 1, embedding: [0.5, -0.25] },
        { object: 'embedding', index: 0, embedding: [1, 0] },
      ],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    },
  },
  'gemini-generate': {
    request: {
      requests: [
        { model: 'models/public', content: { parts: [{ text: 'harbour' }] }, outputDimensionality: 2, taskType: 'RETRIEVAL_QUERY' },
        { model: 'models/public', content: { parts: [{ text: 'café 🙂' }] }, outputDimensionality: 2, taskType: 'RETRIEVAL_QUERY' },
      ],
    },
    answer: { embeddings: [{ values: [1, 0] }, { values: [0.5, -0.25] }] },
  },
};

function translated(client: EmbeddingProtocol, upstream: EmbeddingProtocol): object {
  const operation = new EmbeddingOperation(PROTOCOLS[client], INPUTS[client].request, {
    requestId: '0190a000-0000-7000-8000-000000000001',
    publicModel: 'public',
    stream: false,
    framing: 'sse',
    now: 1_795_000_002,
    items: { remember: () => {}, find: () => null },
  });
  const answer = operation.readAnswer(PROTOCOLS[upstream], INPUTS[upstream].answer) ?? assert.fail('the answer fits');
  return { request: operation.write(PROTOCOLS[upstream], TARGET), answer: JSON.parse(answer.body) as unknown };
}

for (const [client, upstream] of [
  ['openai-embeddings', 'gemini-generate'],
  ['gemini-generate', 'openai-embeddings'],
] as const) {
  test(`embeddings of ${client} told to ${upstream}, and its vectors brought back, are as written down`, () => {
    const path = join(import.meta.dirname, 'goldens', `embeddings-${client}--${upstream}.json`);
    const actual = `${JSON.stringify(translated(client, upstream), null, 2)}\n`;
    if (writes) writeFileSync(path, actual);
    assert.deepEqual(JSON.parse(actual), JSON.parse(readFileSync(path, 'utf8')));
  });
}
