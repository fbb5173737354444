import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { estimateInputTokens, reserveAnswerTokens, tokensOfBytes } from './estimate-tokens.ts';

test('four bytes are a token, begun ones count whole', () => {
  assert.deepEqual([0, 1, 4, 5, 400].map(tokensOfBytes), [0, 1, 1, 2, 100]);
});

test('bytes are counted, not characters', () => {
  const chinese = '请给我讲一个故事'.repeat(10);
  assert.equal(estimateInputTokens({ messages: [{ content: chinese }] }, ['messages']), Buffer.byteLength(chinese) / 4);
});

test('every text of the prompt fields counts, other fields do not', () => {
  const body = {
    model: 'x'.repeat(400),
    system: 'a'.repeat(40),
    messages: [{ role: 'user', content: [{ type: 'text', text: 'b'.repeat(80) }] }],
    metadata: { user_id: 'z'.repeat(400) },
  };
  const estimate = estimateInputTokens(body, PROTOCOLS['anthropic-messages'].promptFields);
  assert.ok(estimate >= 30 && estimate <= 35, String(estimate));
});

test('a list of tokens counts each of them', () => {
  assert.equal(
    estimateInputTokens(
      {
        input: [
          [1, 2, 3],
          [4, 5],
        ],
      },
      ['input'],
    ),
    5,
  );
});

test('embedded files are no text', () => {
  const base64 = Buffer.alloc(3000, 0xab).toString('base64');
  for (const content of [`data:image/png;base64,${base64}`, 'data:text/plain,short', base64])
    assert.equal(estimateInputTokens({ input: content }, ['input']), 0);
  assert.ok(estimateInputTokens({ input: 'long text with spaces '.repeat(200) }, ['input']) > 1000);
});

test('for the answer, what was asked is reserved, at most what the model can; else its cap; else 1,024', () => {
  assert.equal(reserveAnswerTokens(500, undefined), 500);
  assert.equal(reserveAnswerTokens(50_000, 8192), 8192);
  assert.equal(reserveAnswerTokens(null, 8192), 8192);
  assert.equal(reserveAnswerTokens(null, undefined), 1024);
  assert.equal(reserveAnswerTokens(0, undefined), 0);
});
