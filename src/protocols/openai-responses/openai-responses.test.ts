import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapState } from '../../domain/canonical/opaque-state.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { openaiResponses } from './openai-responses.ts';
import { withoutForeignState } from './without-foreign-state.ts';

test('reasoning that the gateway made does not reach a server that never made it, and all else stays', () => {
  const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
  const wrapped = { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: wrapState({ family: 'gemini', form: 'signature', data: 'x' }) };
  const stateless = { type: 'reasoning', id: 'rs_3', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: '~hg-state.' };
  const said = { role: 'user', content: '~hg-state. is a tag' };
  assert.deepEqual(withoutForeignState({ model: 'm', input: [own, wrapped, said, stateless] }), { model: 'm', input: [own, said] });
  const clean = { input: [own, said] };
  assert.equal(withoutForeignState(clean), clean);
  assert.deepEqual(withoutForeignState({ input: '~hg-state.' }), { input: '~hg-state.' });
});

test('counting asks with the part of a request that is counted', () => {
  const { counting } = openaiResponses;
  assert.ok(counting !== undefined);
  const request = counting.decodeRequest({ model: 'm', input: 'Hi', instructions: 'A', reasoning: { effort: 'low' } }, { model: 'm', stream: false });
  const { path, body } = counting.encodeRequest(
    { ...request, temperature: 1, maxOutputTokens: 50, stream: true },
    { model: 'up', traits: UNKNOWN_MODEL_TRAITS },
  );
  assert.equal(path, '/responses/input_tokens');
  assert.deepEqual(body, {
    model: 'up',
    instructions: 'A',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
    reasoning: { effort: 'low' },
  });
  assert.deepEqual(
    [counting.decodeCount({ input_tokens: 12 }), counting.decodeCount({ input_tokens: 'x' }), counting.decodeCount({})],
    [12, null, null],
  );
  assert.deepEqual(JSON.parse(counting.encodeCount(12)), { object: 'response.input_tokens', input_tokens: 12 });
});
