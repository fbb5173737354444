import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestEffort, budgetOfEffort, effortOfBudget } from './reasoning-budget.ts';
import { legalToolCallId } from './tool-call-id.ts';
import { unwrapState, wrapState, type OpaqueState } from './opaque-state.ts';
import { responseEvents } from './response-events.ts';

test('a legal tool-call id stays, any other becomes a legal one that is always the same', () => {
  assert.equal(legalToolCallId('toolu_01-A'), 'toolu_01-A');
  const odd = legalToolCallId('functions.weather:0');
  assert.match(odd, /^[a-zA-Z0-9_-]{1,64}$/);
  assert.equal(legalToolCallId('functions.weather:0'), odd);
  assert.notEqual(legalToolCallId('functions.weather.0'), odd);
  assert.match(legalToolCallId('x'.repeat(200)), /^[a-zA-Z0-9_-]{1,64}$/);
  assert.match(legalToolCallId('天気'), /^[a-zA-Z0-9_-]{1,64}$/);
});

test('a wrapped state comes back letter by letter, and nothing else is taken for one', () => {
  const state: OpaqueState = { family: 'anthropic', form: 'signature', data: 'Eq+/=', text: 'I think 天' };
  const wrapped = wrapState(state);
  assert.match(wrapped, /^[A-Za-z0-9_.~-]+$/);
  assert.deepEqual(unwrapState(wrapped), state);
  for (const foreign of [
    '',
    'EvQBCk',
    '~hg-state.',
    '~hg-state.%%%',
    '~hg-state.e30',
    `~hg-state.${Buffer.from('{"family":"x","form":"sealed","data":"d"}').toString('base64url')}`,
  ]) {
    assert.equal(unwrapState(foreign), null);
  }
});

test('an effort and its budget lead back to each other, and a budget is never below 1,024', () => {
  for (const effort of ['low', 'medium', 'high', 'xhigh', 'max'] as const) {
    assert.equal(effortOfBudget(budgetOfEffort(effort, 64_000), 64_000), effort);
  }
  assert.equal(budgetOfEffort('minimal', 4096), 1024);
});

test('an effort that is not on offer becomes the next lower one, or the lowest', () => {
  assert.equal(nearestEffort('max', ['low', 'medium', 'high']), 'high');
  assert.equal(nearestEffort('minimal', ['low', 'high']), 'low');
  assert.equal(nearestEffort('medium', ['low', 'high']), 'low');
  assert.equal(nearestEffort('low', []), null);
});

test('a whole answer becomes the stream that would have told it', () => {
  const events = responseEvents({
    id: 'r1',
    model: 'm',
    createdAt: 7,
    usage: null,
    choices: [
      {
        index: 0,
        stop: 'tool-calls',
        stopSequence: null,
        logprobs: null,
        parts: [
          { type: 'thinking', text: 'hm', state: { family: 'anthropic', form: 'signature', data: 's' } },
          { type: 'text', text: 'Hi' },
          { type: 'tool-call', id: 'a', name: 'one', kind: 'function', input: '{"x":1}' },
          { type: 'tool-call', id: 'b', name: 'two', kind: 'function', input: '{}' },
        ],
      },
    ],
  });
  assert.deepEqual(
    events.map((event) => ('call' in event ? `${event.type} ${event.call}` : event.type)),
    [
      'start',
      'thinking',
      'thinking-state',
      'text',
      'call-start 0',
      'call-input 0',
      'call-end 0',
      'call-start 1',
      'call-input 1',
      'call-end 1',
      'finish',
      'end',
    ],
  );
});
