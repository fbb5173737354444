import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { messagesCounting } from './count-tokens.ts';

const CALL = { model: 'm', stream: false };

test('what is counted is the request without its answer', () => {
  const request = messagesCounting.decodeRequest({ model: 'm', system: 's', messages: [{ role: 'user', content: 'hi' }] }, CALL);
  assert.equal(request.maxOutputTokens, null);
  const { path, body } = messagesCounting.encodeRequest(
    {
      ...request,
      temperature: 0,
      stop: ['x'],
      userId: 'u',
      serviceTier: 'auto',
      stream: true,
      reasoning: { isOn: true, effort: 'low', budgetTokens: null, display: null },
    },
    { model: 'claude-x', traits: UNKNOWN_MODEL_TRAITS },
  );
  assert.equal(path, '/messages/count_tokens');
  assert.deepEqual(body, {
    model: 'claude-x',
    system: 's',
    messages: [{ role: 'user', content: 'hi' }],
    thinking: { type: 'enabled', budget_tokens: 1024 },
  });
});

test('a budget is not measured by a limit that is not there', () => {
  const thinking = { type: 'enabled', budget_tokens: 99_000 };
  assert.equal(messagesCounting.decodeRequest({ thinking, messages: [{ role: 'user', content: 'hi' }] }, CALL).reasoning?.budgetTokens, 99_000);
});

test('the count goes both ways', () => {
  assert.equal(messagesCounting.decodeCount({ input_tokens: 12 }), 12);
  assert.equal(messagesCounting.decodeCount({}), null);
  assert.equal(messagesCounting.encodeCount(12), '{"input_tokens":12}');
});
