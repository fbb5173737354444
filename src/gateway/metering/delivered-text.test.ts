import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { deliveredTextBytes } from './delivered-text.ts';

test('an answer without figures counts what the model wrote, and not the JSON around it', () => {
  const body = { id: 'chatcmpl-1', choices: [{ message: { role: 'assistant', content: 'twelve bytes' } }, { message: { content: 'five5' } }] };
  const { text } = PROTOCOLS['openai-chat'].stream;
  assert.equal(deliveredTextBytes(Buffer.from(JSON.stringify(body)), text), 17);
  assert.equal(deliveredTextBytes(Buffer.from(JSON.stringify(body, null, 1)), text), 17);
});

test('vectors are no text', () => {
  const body = Buffer.from(JSON.stringify({ data: [{ embedding: 'AAAA'.repeat(1000) }] }));
  assert.equal(deliveredTextBytes(body, PROTOCOLS['openai-embeddings'].stream.text), 0);
});
