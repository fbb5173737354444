import assert from 'node:assert/strict';
import { test } from 'node:test';

import { issueState } from '../mock-state.ts';
import { refuseGeminiCount, refuseGeminiGenerate } from './refuse-gemini-generate.ts';

type Fields = Readonly<Record<string, unknown>>;

const USER = { role: 'user', parts: [{ text: 'Hello' }] };
const CALL = { functionCall: { name: 'weather', args: {} } };
const SIGNED = { ...CALL, thoughtSignature: issueState('gemini', 'weather') };
const RESPONSE = { functionResponse: { name: 'weather', response: { output: 'sunny' } } };

function check(fields: Fields, model = 'gemini-3-pro-preview'): string | null {
  return refuseGeminiGenerate({ body: { contents: [USER], ...fields }, headers: {}, model });
}

function conversation(...contents: readonly object[]): string | null {
  return check({ contents });
}

const model = (...parts: readonly object[]): object => ({ role: 'model', parts });
const user = (...parts: readonly object[]): object => ({ role: 'user', parts });

test('takes a plain request in both spellings, and a signed tool loop with parallel calls', () => {
  assert.equal(check({ generation_config: { max_output_tokens: 5, thinking_config: { thinking_level: 'low' } } }), null);
  assert.equal(check({ contents: [{ parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }] }] }), null);
  assert.equal(conversation(USER, model(SIGNED, CALL), user(RESPONSE, RESPONSE)), null);
});

test('refuses names that it does not know', () => {
  assert.match(check({ messages: [] }) ?? '', /Unknown name "messages"/);
  assert.match(check({ generationConfig: { maxTokens: 1 } }) ?? '', /Unknown name "maxTokens"/);
  assert.match(conversation({ role: 'user', parts: [{ text: 'a', type: 'text' }] }) ?? '', /Unknown name "type"/);
});

test('refuses contents without parts and parts without data', () => {
  assert.match(check({ contents: [] }) ?? '', /contents is not specified/);
  assert.match(conversation({ role: 'user', parts: [] }) ?? '', /must not be empty/);
  assert.match(conversation(user({ thoughtSignature: 'a' })) ?? '', /required oneof field 'data'/);
  assert.match(conversation({ role: 'assistant', parts: [{ text: 'a' }] }) ?? '', /valid role/);
  assert.match(check({ systemInstruction: { parts: [] } }) ?? '', /must not be empty/);
});

test('refuses another number of responses than of calls, and responses that stand elsewhere', () => {
  assert.match(conversation(USER, model(SIGNED, CALL), user(RESPONSE)) ?? '', /number of function response parts/);
  assert.match(conversation(USER, model(SIGNED), user(RESPONSE), user(RESPONSE)) ?? '', /comes immediately after a function call turn/);
  assert.match(conversation(USER, model({ text: 'a' }), model(SIGNED), user(RESPONSE)) ?? '', /comes immediately after a user turn/);
  assert.match(conversation(USER, model(SIGNED), user({ functionResponse: { name: 'weather', response: 'sunny' } })) ?? '', /Struct/);
});

test('refuses the first call of a step in the current turn without its own signature', () => {
  assert.match(conversation(USER, model(CALL), user(RESPONSE)) ?? '', /missing a thought_signature/);
  assert.equal(conversation(USER, model(CALL), user(RESPONSE), model({ text: 'Sunny.' }), USER), null);
  assert.equal(check({ contents: [USER, model(CALL), user(RESPONSE)] }, 'gemini-2.5-flash'), null);
  assert.equal(conversation(USER, model({ ...CALL, thoughtSignature: 'skip_thought_signature_validator' }), user(RESPONSE)), null);
  assert.match(conversation(USER, model({ ...CALL, thoughtSignature: issueState('anthropic', 'hm') }), user(RESPONSE)) ?? '', /not valid/);
  assert.match(conversation(USER, model({ ...CALL, thoughtSignature: issueState('gemini', 'other') }), user(RESPONSE)) ?? '', /not valid/);
});

test('refuses words of JSON Schema in its own kind of schema', () => {
  const declare = (parameters: object): string | null => check({ tools: [{ functionDeclarations: [{ name: 'weather', parameters }] }] });
  assert.equal(declare({ type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } }), null);
  assert.match(declare({ type: 'object', additionalProperties: false }) ?? '', /Unknown name "additionalProperties"/);
  assert.match(declare({ type: 'object', $schema: 'x' }) ?? '', /Unknown name "\$schema"/);
  assert.match(declare({ type: 'object', properties: { a: { type: ['string', 'null'] } } }) ?? '', /not repeating/);
  assert.match(declare({ anyOf: [{ type: 'STRING' }], type: 'STRING' }) ?? '', /only field/);
});

test('refuses settings that exclude each other', () => {
  const think = (thinkingConfig: object, name?: string): string | null => check({ generationConfig: { thinkingConfig } }, name);
  assert.match(think({ thinkingBudget: 5, thinkingLevel: 'LOW' }) ?? '', /only one of thinking budget/);
  assert.match(think({ thinkingLevel: 'LOW' }, 'gemini-2.5-pro') ?? '', /not supported for this model/);
  assert.match(think({ thinkingLevel: 'MEDIUM' }) ?? '', /MEDIUM is not supported/);
  assert.match(
    check({ generationConfig: { responseSchema: {}, responseJsonSchema: {}, responseMimeType: 'application/json' } }) ?? '',
    /Only one of/,
  );
  assert.match(check({ toolConfig: { functionCallingConfig: { mode: 'AUTO' } } }) ?? '', /without function_declarations/);
  assert.match(check({ generationConfig: { stopSequences: ['1', '2', '3', '4', '5', '6'] } }) ?? '', /at most 5/);
});

test('counts contents, or a whole request that names its model', () => {
  const count = (body: Fields): string | null => refuseGeminiCount({ body, headers: {}, model: 'gemini-3-pro-preview' });
  assert.equal(count({ contents: [USER] }), null);
  assert.equal(count({ generateContentRequest: { model: 'models/a', contents: [USER] } }), null);
  assert.match(count({ contents: [USER], systemInstruction: {} }) ?? '', /Unknown name "systemInstruction"/);
  assert.match(count({ generateContentRequest: { contents: [USER] } }) ?? '', /unexpected model name/);
});
