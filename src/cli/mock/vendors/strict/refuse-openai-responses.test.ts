import assert from 'node:assert/strict';
import { test } from 'node:test';

import { issueState } from '../mock-state.ts';
import { refuseOpenaiInputTokens, refuseOpenaiResponses } from './refuse-openai-responses.ts';

type Fields = Readonly<Record<string, unknown>>;

const CALL = { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' };
const OUTPUT = { type: 'function_call_output', call_id: 'call_1', output: 'sunny' };
const REASONING = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: issueState('openai', 'hm') };
const ANSWER = { role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] };

function check(fields: Fields, model = 'gpt-5.1'): string | null {
  return refuseOpenaiResponses({ body: { model, input: 'Hello', ...fields }, headers: {}, model });
}

test('takes a string, a whole tool loop with reasoning, and tools that do not say strict', () => {
  assert.equal(check({}), null);
  assert.equal(check({ input: [{ role: 'user', content: 'a' }, REASONING, CALL, OUTPUT], store: false }), null);
  assert.equal(check({ tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' } }] }), null);
  assert.equal(check({ include: ['reasoning.encrypted_content'], reasoning: { effort: 'low', summary: 'auto' } }), null);
});

test('refuses parameters of chat completions', () => {
  for (const name of ['messages', 'stop', 'n', 'seed', 'max_tokens', 'response_format']) {
    assert.equal(check({ [name]: 1 }), `Unknown parameter: '${name}'.`);
  }
  assert.equal(check({ stream_options: { include_usage: true } }), "Unknown parameter: 'stream_options.include_usage'.");
  assert.match(check({ tools: [{ type: 'function', function: { name: 'a' } }] }) ?? '', /'tools\[0\]\.function'/);
});

test('refuses parts that are not of the role', () => {
  assert.match(check({ input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'a' }] }] }) ?? '', /Invalid value: 'input_text'/);
  assert.match(check({ input: [{ role: 'user', content: [{ type: 'output_text', text: 'a' }] }] }) ?? '', /Invalid value: 'output_text'/);
});

test('refuses calls without outputs, outputs without calls, and ids of the wrong kind', () => {
  assert.match(check({ input: [CALL] }) ?? '', /No tool output found for function call call_1/);
  assert.match(check({ input: [OUTPUT] }) ?? '', /No tool call found/);
  assert.match(check({ input: [{ ...CALL, id: 'call_1' }, OUTPUT] }) ?? '', /begins with 'fc'/);
});

test('refuses reasoning that is not its own, that it did not keep, or that nothing follows', () => {
  assert.match(check({ input: [{ ...REASONING, encrypted_content: '~hg-state.abc' }, ANSWER] }) ?? '', /could not be verified/);
  assert.match(check({ input: [{ ...REASONING, encrypted_content: null }, ANSWER], store: false }) ?? '', /not found/);
  assert.match(check({ input: [REASONING, { role: 'user', content: 'a' }] }) ?? '', /without its required following item/);
});

test('refuses what a model or the wire form does not allow', () => {
  assert.match(check({ max_output_tokens: 5 }) ?? '', /Expected a value >= 16/);
  assert.match(check({ reasoning: { effort: 'low' } }, 'gpt-4.1') ?? '', /'reasoning\.effort' is not supported/);
  assert.match(check({ include: ['reasoning.encrypted_content'] }, 'gpt-4.1') ?? '', /Encrypted content is not supported/);
  assert.match(check({ text: { format: { type: 'json_schema', json_schema: {} } } }) ?? '', /Unknown parameter: 'text\.format\.json_schema'/);
  assert.match(check({ text: { format: { type: 'json_schema', schema: {} } } }) ?? '', /'text\.format\.name'/);
});

test('takes fewer parameters where it only counts', () => {
  const count = (fields: Fields): string | null =>
    refuseOpenaiInputTokens({ body: { model: 'gpt-5.1', input: 'a', ...fields }, headers: {}, model: 'gpt-5.1' });
  assert.equal(count({ instructions: 'b' }), null);
  assert.equal(count({ store: false }), "Unknown parameter: 'store'.");
});
