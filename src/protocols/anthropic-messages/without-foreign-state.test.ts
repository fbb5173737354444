import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapState } from '../../domain/canonical/opaque-state.ts';
import { UNSIGNED } from './state-carrier.ts';
import { withoutForeignState } from './without-foreign-state.ts';

const WRAPPED = wrapState({ family: 'openai', form: 'sealed', data: 'enc' });

test('what only the gateway can read goes, everything else stays as it is', () => {
  const own = { type: 'thinking', thinking: 'mine', signature: 'sig==', cache_control: null };
  const text = { type: 'text', text: 'so', cache_control: { type: 'ephemeral' } };
  const cited = { type: 'text', text: 'x', citations: [{ encrypted_index: '~hg-state.' }] };
  const half = { type: 'text', text: 'y', citations: [{ encrypted_index: '~hg-state.' }, { encrypted_index: 'real' }] };
  const before = {
    model: 'm',
    messages: [
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'theirs', signature: WRAPPED },
          { type: 'thinking', thinking: 'nobody’s', signature: '' },
          { type: 'thinking', thinking: 'nobody’s', signature: UNSIGNED },
          { type: 'redacted_thinking', data: WRAPPED },
          { type: 'redacted_thinking', data: 'own' },
          own,
          text,
          cited,
          half,
        ],
      },
      { role: 'user', content: [{ type: 'text', text: WRAPPED }] },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'only this', signature: WRAPPED }] },
      { role: 'user', content: 'go on' },
    ],
    system: 'x',
  };
  assert.deepEqual(withoutForeignState(before), {
    ...before,
    messages: [
      before.messages[0],
      {
        role: 'assistant',
        content: [
          { type: 'redacted_thinking', data: 'own' },
          own,
          text,
          { type: 'text', text: 'x' },
          { ...half, citations: [{ encrypted_index: 'real' }] },
        ],
      },
      before.messages[2],
      before.messages[4],
    ],
  });
});

test('a request without such state is the same request', () => {
  const body = {
    messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'sig' }] }, { role: 'assistant', content: 'y' }, null],
  };
  assert.equal(withoutForeignState(body), body);
  const odd = { messages: 'none' };
  assert.equal(withoutForeignState(odd), odd);
});

test('a loop that lost its thought is not told to think with a budget, which the API would refuse', () => {
  const loop = (signature: string, thinking: object) => ({
    thinking,
    messages: [
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 't', signature },
          { type: 'tool_use', id: 'a', name: 'f', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'ok' }] },
    ],
  });
  const budget = { type: 'enabled', budget_tokens: 2000 };
  assert.equal(withoutForeignState(loop(WRAPPED, budget))['thinking'], undefined);
  assert.deepEqual(withoutForeignState(loop('sig', budget))['thinking'], budget);
  assert.deepEqual(withoutForeignState(loop(WRAPPED, { type: 'adaptive' }))['thinking'], { type: 'adaptive' });
});
