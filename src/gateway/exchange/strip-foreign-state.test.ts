import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProvider } from '../../../test/support/snapshot-literals.ts';
import { wrapState } from '../../domain/canonical/opaque-state.ts';
import { scanTopLevel } from '../../lib/json-bytes.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { RequestFacts } from './request-facts.ts';
import { stripForeignState } from './strip-foreign-state.ts';

const MESSAGES = PROTOCOLS['anthropic-messages'];
const CHAT = PROTOCOLS['openai-chat'];
const ANYBODY = aProvider('anybody');
const OPENAI = aProvider('openai', { family: 'openai' });
const FOREIGN = wrapState({ family: 'openai', form: 'sealed', data: 'sealed thought' });
const nothingFound = (): null => null;

function factsOf(text: string): RequestFacts {
  const bytes = Buffer.from(text);
  const scan = scanTopLevel(bytes, ['model', 'stream_options']);
  const [modelSpan = null, streamOptionsSpan = null] = scan.values;
  return {
    publicModel: 'm',
    stream: true,
    bytes,
    passing: null,
    passingLength: null,
    modelSpan,
    modelForm: 'json',
    streamOptionsSpan,
    asksUsage: false,
    hasEmptyStreamOptions: false,
    insertAt: scan.insertAt,
    isEmptyObject: false,
    estimatedInput: 0,
    maxOutput: null,
    session: null,
    storedId: null,
  };
}

function textAt({ bytes }: RequestFacts, span: RequestFacts['modelSpan']): string {
  return span === null ? '' : (bytes?.toString('utf8', span.start, span.end) ?? '');
}

test('a request without such state stays as it came, to the byte', () => {
  for (const text of ['{ "model" : "m", "messages": [] }', '{"model":"m","messages":[{"role":"assistant","content":"hg 1."}]}', 'no json']) {
    const facts = factsOf(text);
    assert.equal(stripForeignState(facts, MESSAGES, ANYBODY, nothingFound), facts);
  }
});

test('a request that only speaks of the mark keeps its meaning', () => {
  const facts = factsOf('{"model":"m","messages":[{"role":"user","content":"what is ~hg-state.abc?"}]}');
  const stripped = stripForeignState(facts, MESSAGES, ANYBODY, nothingFound);
  assert.deepEqual(JSON.parse(stripped.bytes?.toString() ?? ''), JSON.parse(facts.bytes?.toString() ?? ''));
});

test('foreign state goes, and the places of what is spliced later are found anew', () => {
  const thinking = { type: 'thinking', thinking: 'hm', signature: FOREIGN };
  const messages = [{ role: 'assistant', content: [thinking, { type: 'text', text: 'A' }] }];
  const facts = factsOf(JSON.stringify({ messages, model: 'm', stream_options: { a: 1 }, max_tokens: 5 }));
  const stripped = stripForeignState(facts, MESSAGES, ANYBODY, nothingFound);
  assert.deepEqual(JSON.parse(stripped.bytes?.toString() ?? ''), {
    messages: [{ role: 'assistant', content: [{ type: 'text', text: 'A' }] }],
    model: 'm',
    stream_options: { a: 1 },
    max_tokens: 5,
  });
  assert.deepEqual([textAt(stripped, stripped.modelSpan), textAt(stripped, stripped.streamOptionsSpan)], ['"m"', '{"a":1}']);
});

test('Google’s own signature of a call goes where it is known that nobody reads it, and only there', () => {
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
  const signed = { ...call, extra_content: { google: { thought_signature: 'c2ln' } } };
  const facts = factsOf(JSON.stringify({ model: 'm', messages: [{ role: 'assistant', tool_calls: [signed] }] }));
  assert.equal(stripForeignState(facts, CHAT, ANYBODY, nothingFound), facts);
  assert.equal(stripForeignState(facts, CHAT, aProvider('google', { family: 'gemini' }), nothingFound), facts);
  const stripped = JSON.parse(stripForeignState(facts, CHAT, OPENAI, nothingFound).bytes?.toString() ?? '') as { messages: unknown };
  assert.deepEqual(stripped.messages, [{ role: 'assistant', tool_calls: [call] }]);
});

test('a protocol that carries no state, and a body that is not held, are left alone', () => {
  const facts = factsOf(JSON.stringify({ model: 'm', prompt: FOREIGN }));
  assert.equal(stripForeignState(facts, PROTOCOLS['openai-completions'], ANYBODY, nothingFound), facts);
  const gone = { ...facts, bytes: null };
  assert.equal(stripForeignState(gone, MESSAGES, ANYBODY, nothingFound), gone);
});
