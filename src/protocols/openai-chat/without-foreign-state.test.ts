import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATE_TAG, wrapState } from '../../domain/canonical/opaque-state.ts';
import { withoutForeignState } from './without-foreign-state.ts';

const OWN = { type: 'reasoning.encrypted', format: 'headgate-1', data: wrapState({ family: 'anthropic', form: 'signature', data: 's' }), index: 0 };
const OTHER = { type: 'reasoning.text', text: 'hm', format: 'anthropic-claude-v1' };
const CALL = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };

test('our own state is taken out and everything else stays, in its order', () => {
  const body = {
    model: 'm',
    messages: [
      { role: 'user', content: 'U' },
      { role: 'assistant', reasoning_details: [OWN, OTHER], content: 'A' },
      { role: 'assistant', reasoning_details: [OWN, { ...OWN, data: OWN.data.slice(0, STATE_TAG.length + 5) }], content: 'A' },
      'strange',
    ],
    tools: [],
  };
  assert.equal(
    JSON.stringify(withoutForeignState(body, true)),
    JSON.stringify({
      model: 'm',
      messages: [
        { role: 'user', content: 'U' },
        { role: 'assistant', reasoning_details: [OTHER], content: 'A' },
        { role: 'assistant', content: 'A' },
        'strange',
      ],
      tools: [],
    }),
  );
});

test("Google's own signature stays on its call, one that we wrapped does not", () => {
  const google = { ...CALL, extra_content: { google: { thought_signature: 'c2ln' } } };
  const wrapped = { ...CALL, extra_content: { google: { thought_signature: OWN.data } } };
  const body = { messages: [{ role: 'assistant', content: null, tool_calls: [google, wrapped, CALL] }] };
  assert.deepEqual(withoutForeignState(body, true), { messages: [{ role: 'assistant', content: null, tool_calls: [google, CALL, CALL] }] });
});

test("Google's own signature goes where it is known that nobody reads it", () => {
  const google = { ...CALL, extra_content: { google: { thought_signature: 'c2ln' } } };
  const body = { messages: [{ role: 'assistant', content: null, tool_calls: [google, CALL] }] };
  assert.deepEqual(withoutForeignState(body, false), { messages: [{ role: 'assistant', content: null, tool_calls: [CALL, CALL] }] });
});

test('a body without messages is left alone', () => {
  const body = { model: 'm', messages: 'x' };
  assert.equal(withoutForeignState(body, true), body);
});
