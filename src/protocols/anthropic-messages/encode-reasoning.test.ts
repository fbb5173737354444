import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADAPTIVE, answered, assistant, BUDGET, call, encode, NEW, OLD, text, user } from '../../../test/support/message-encoding.ts';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';

test('a budget is at least 1,024 and less than the limit, which is raised when it must be', () => {
  const thinking = (reasoning: Partial<CanonicalRequest['reasoning'] & object>, maxOutputTokens: number | null) => {
    const { body } = encode({ maxOutputTokens, reasoning: { isOn: true, effort: null, budgetTokens: null, display: null, ...reasoning } }, OLD);
    return [body['thinking'], body['max_tokens']];
  };
  assert.deepEqual(thinking({ effort: 'low' }, 8000), [{ type: 'enabled', budget_tokens: 1024 }, 8000]);
  assert.deepEqual(thinking({ effort: 'high' }, 10_000), [{ type: 'enabled', budget_tokens: 6000 }, 10_000]);
  assert.deepEqual(thinking({ budgetTokens: 5000 }, 1000), [{ type: 'enabled', budget_tokens: 5000 }, 6000]);
  assert.deepEqual(thinking({ budgetTokens: 100 }, 50), [{ type: 'enabled', budget_tokens: 1024 }, 1074]);
  assert.deepEqual(thinking({ budgetTokens: 90_000 }, null), [{ type: 'enabled', budget_tokens: 63_999 }, 64_000]);
  assert.deepEqual(thinking({ budgetTokens: 2000, display: 'shown' }, 9000)[0], { type: 'enabled', budget_tokens: 2000, display: 'summarized' });
});

test('a model that decides for itself is told how hard to try', () => {
  const { body, dropped } = encode({ reasoning: { isOn: true, effort: 'xhigh', budgetTokens: null, display: 'hidden' } }, NEW);
  assert.deepEqual([body['thinking'], body['output_config'], dropped], [{ type: 'adaptive', display: 'omitted' }, { effort: 'xhigh' }, []]);
  const minimal = encode({ reasoning: { isOn: true, effort: 'minimal', budgetTokens: null, display: null } }, NEW);
  assert.deepEqual([minimal.body['output_config'], minimal.dropped], [{ effort: 'low' }, ['thinking-level']]);
  const budget = encode({ maxOutputTokens: 10_000, reasoning: { isOn: true, effort: null, budgetTokens: 6000, display: null } }, NEW);
  assert.deepEqual([budget.body['thinking'], budget.body['output_config']], [{ type: 'adaptive' }, { effort: 'high' }]);
});

test('not to think is said as the model understands it', () => {
  const off = (thinking: ModelTraits['thinking'], effort: 'max' | null = null) => {
    const { body, dropped } = encode({ reasoning: { isOn: false, effort, budgetTokens: null, display: null } }, { thinking });
    return [body['thinking'], body['output_config'], dropped];
  };
  assert.deepEqual(off(BUDGET), [{ type: 'disabled' }, undefined, []]);
  assert.deepEqual(off(ADAPTIVE), [{ type: 'between_tools' }, undefined, []]);
  assert.deepEqual(off({ ...ADAPTIVE, off: null }), [undefined, { effort: 'low' }, ['thinking-level']]);
  assert.deepEqual(off({ ...ADAPTIVE, off: 'disabled', offUpTo: 'high' }, 'max'), [{ type: 'disabled' }, { effort: 'high' }, ['thinking-level']]);
});

test('a model that does not think is not asked to', () => {
  const { body, dropped } = encode({ reasoning: { isOn: true, effort: 'high', budgetTokens: null, display: 'shown' } }, { thinking: null });
  assert.deepEqual([body['thinking'], body['output_config'], dropped], [undefined, undefined, ['thinking', 'thinking-display', 'thinking-level']]);
});

test('with a budget, a turn that called tools without its signed thought is answered without thinking', () => {
  const reasoning = { isOn: true, effort: 'low', budgetTokens: null, display: null } as const;
  const bare = encode({ reasoning, turns: [user(text('go')), assistant(call('a')), answered('a')] }, OLD);
  assert.deepEqual([bare.body['thinking'], bare.dropped], [undefined, ['thinking-level']]);
  const thought: CanonicalPart = { type: 'thinking', text: 'hm', state: { family: 'anthropic', form: 'signature', data: 's' } };
  const signed = encode({ reasoning, turns: [user(text('go')), assistant(thought, call('a')), answered('a')] }, OLD);
  assert.deepEqual([(signed.body['thinking'] as JsonObject)['type'], signed.dropped], ['enabled', []]);
});
