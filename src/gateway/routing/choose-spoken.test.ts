import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aModel, aProvider } from '../../../test/support/snapshot-literals.ts';
import type { Target } from '../../config/snapshot.ts';
import type { Dialect } from '../../domain/dialect.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../domain/protocol.ts';
import { chooseSpoken, speaks } from './choose-spoken.ts';

function target(speaks: readonly ProtocolName[], more: Parameters<typeof aProvider>[1] = {}): Target {
  return { provider: aProvider('p', { speaks, ...more }), model: aModel('m') };
}

const always = (): boolean => true;

test('a provider is told in chat where it speaks it, and in legacy completions only where it speaks nothing better', () => {
  assert.equal(chooseSpoken(target(PROTOCOL_NAMES), 'answer', always), 'openai-chat');
  assert.equal(chooseSpoken(target(['openai-completions', 'gemini-generate']), 'answer', always), 'gemini-generate');
  assert.equal(chooseSpoken(target(['openai-completions']), 'answer', always), 'openai-completions');
});

test('the vendor’s own choice comes first, where the provider speaks it and it serves the call', () => {
  const best = { translateTo: 'openai-responses' } as const;
  assert.equal(chooseSpoken(target(['openai-chat', 'openai-responses'], best), 'answer', always), 'openai-responses');
  assert.equal(chooseSpoken(target(['openai-chat'], best), 'answer', always), 'openai-chat');
  assert.equal(
    chooseSpoken(target(['openai-chat', 'openai-responses'], best), 'answer', (protocol) => protocol === 'openai-chat'),
    'openai-chat',
  );
});

test('a protocol that has no such call is not chosen, and none may be left', () => {
  assert.equal(
    chooseSpoken(target(PROTOCOL_NAMES), 'count', (protocol) => protocol === 'anthropic-messages'),
    'anthropic-messages',
  );
  assert.equal(
    chooseSpoken(target(['openai-chat']), 'count', (protocol) => protocol === 'anthropic-messages'),
    null,
  );
});

test('a model that is offered in one protocol only is spoken to in that one', () => {
  const only = target(PROTOCOL_NAMES, { protocolOfModel: () => 'anthropic-messages' });
  assert.equal(chooseSpoken(only, 'answer', always), 'anthropic-messages');
  assert.equal(speaks(only, 'openai-chat', 'answer'), false);
  assert.equal(speaks({ ...only, model: null }, 'openai-chat', 'other'), true, 'a call without a model may go to any of them');
});

test('a host that does not offer such calls is not asked for them', () => {
  const dialects = new Map<ProtocolName, Dialect>([['anthropic-messages', { calls: { answer: { path: '/{model}' } } }]]);
  const cloud = target(['anthropic-messages', 'openai-completions'], { dialects });
  assert.equal(chooseSpoken(cloud, 'answer', always), 'anthropic-messages');
  assert.equal(chooseSpoken(cloud, 'stream', always), 'openai-completions');
  assert.equal(speaks(cloud, 'anthropic-messages', 'count'), false);
});
