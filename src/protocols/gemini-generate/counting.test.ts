import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../domain/gateway-error.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { generateCounting } from './counting.ts';

const CALL = { model: 'm', stream: false };
const TARGET = { model: 'gemini-x', traits: UNKNOWN_MODEL_TRAITS };
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];

test('both forms of the call are read, and exclude each other', () => {
  const inner = { model: 'models/m', contents, systemInstruction: { parts: [{ text: 'S' }] } };
  assert.equal(generateCounting.decodeRequest({ contents }, CALL).turns.length, 1);
  for (const name of ['generateContentRequest', 'generate_content_request'])
    assert.equal(generateCounting.decodeRequest({ [name]: inner }, CALL).turns.length, 2);
  const paramOf = (body: Record<string, unknown>): unknown => {
    try {
      return generateCounting.decodeRequest(body, CALL);
    } catch (error) {
      return error instanceof GatewayError && error.param;
    }
  };
  assert.equal(paramOf({ contents, generateContentRequest: inner }), 'contents');
  assert.equal(paramOf({ generateContentRequest: { contents: [] } }), 'generateContentRequest.contents');
  assert.equal(paramOf({ generateContentRequest: { contents: [{ role: 'x' }] } }), 'generateContentRequest.contents[0].role');
});

test('a piece of a conversation can be counted: calls without answers, answers without calls', () => {
  const call = { role: 'model', parts: [{ functionCall: { name: 'f' } }] };
  const answer = { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'x' } } }] };
  const rolesOf = (...pieces: object[]): string[] => generateCounting.decodeRequest({ contents: pieces }, CALL).turns.map(({ role }) => role);
  assert.deepEqual(rolesOf(call), ['assistant', 'tool']);
  assert.deepEqual(rolesOf(call, contents[0]!), ['assistant', 'tool', 'user']);
  assert.deepEqual(rolesOf(answer), ['user']);
  assert.deepEqual(rolesOf(call, answer), ['assistant', 'tool']);
});

test('instructions and tools go inside of a whole request, bare contents as they are', () => {
  const bare = generateCounting.encodeRequest(generateCounting.decodeRequest({ contents, generationConfig: { temperature: 1 } }, CALL), TARGET);
  assert.deepEqual([bare.path, bare.query, bare.body], ['/models/gemini-x:countTokens', '', { contents }]);
  const whole = generateCounting.encodeRequest(
    generateCounting.decodeRequest({ contents, systemInstruction: { parts: [{ text: 'S' }] } }, CALL),
    TARGET,
  );
  assert.deepEqual(whole.body, { generateContentRequest: { model: 'models/gemini-x', systemInstruction: { parts: [{ text: 'S' }] }, contents } });
});

test('the count is read and written', () => {
  assert.equal(generateCounting.decodeCount({ totalTokens: 31, promptTokensDetails: [] }), 31);
  assert.equal(generateCounting.decodeCount({ totalTokens: 'many' }), null);
  assert.equal(generateCounting.encodeCount(0), '{"totalTokens":0}');
});
