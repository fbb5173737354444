import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallKind, Dialect } from '../../../domain/dialect.ts';
import { PRESETS } from '../../../presets/presets.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';
import { offersCall } from '../../../domain/offers-call.ts';
import { callKindOf } from './call-kind.ts';
import { type PlainRequest, type SpokenRequest, speakDialect } from './speak-dialect.ts';

function dialectOf(preset: string, protocol: ProtocolName): Dialect {
  return PRESETS.get(preset)?.dialects?.[protocol] ?? assert.fail(`${preset} has no dialect for ${protocol}`);
}

function speak(dialect: Dialect, kind: CallKind, changes: Partial<PlainRequest>): SpokenRequest {
  return trySpeak(dialect, kind, changes) ?? assert.fail('not offered');
}

function trySpeak(dialect: Dialect, kind: CallKind, changes: Partial<PlainRequest>): SpokenRequest | null {
  return speakDialect({ basePath: '', path: '/messages', query: '', model: 'm', headers: [], body: null, ...changes }, dialect, kind);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('Azure’s deployments stand in the path, and its version in the query instead of the client’s', () => {
  const dialect = dialectOf('azure-openai-classic', 'openai-chat');
  const body = json({ model: 'gpt 4', messages: [] });
  const spoken = speak(dialect, 'stream', { basePath: '/openai', path: '/chat/completions', query: '?api-version=old&x=1', model: 'gpt 4', body });
  assert.equal(spoken.path, '/openai/deployments/gpt%204/chat/completions?x=1&api-version=2024-10-21');
  assert.equal(spoken.body, body);
  const own = speak({ ...dialect, query: { 'api-version': '2025-03-01-preview' } }, 'answer', { path: '/embeddings' });
  assert.equal(own.path, '/deployments/m/embeddings?api-version=2025-03-01-preview');
});

test('Azure’s calls without a model, and its Responses, keep their own path', () => {
  assert.equal(
    speak(dialectOf('azure-openai-classic', 'openai-chat'), 'other', { path: '/files', model: null }).path,
    '/files?api-version=2024-10-21',
  );
  assert.equal(
    speak(dialectOf('azure-openai-classic', 'openai-responses'), 'stream', { path: '/responses' }).path,
    '/responses?api-version=2024-10-21',
  );
});

test('Bedrock invokes the model of the path, and reads version and betas in the body', () => {
  const dialect = dialectOf('bedrock', 'anthropic-messages');
  const body = json({ model: 'claude', stream: true, max_tokens: 5, messages: [] });
  const headers = ['anthropic-version', '2023-06-01', 'anthropic-beta', 'one, two', 'anthropic-beta', 'two', 'content-type', 'application/json'];
  const model = 'us.anthropic.claude-x-20260101-v1:0';
  const spoken = speak(dialect, 'stream', { query: '?beta=true', model, headers: [...headers, 'content-length', String(body.length)], body });
  assert.equal(spoken.path, '/model/us.anthropic.claude-x-20260101-v1%3A0/invoke-with-response-stream');
  assert.equal(spoken.body?.toString(), '{"max_tokens":5,"messages":[],"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["one","two"]}');
  assert.deepEqual(spoken.headers, ['content-type', 'application/json', 'content-length', String(spoken.body.length)]);
  assert.equal(speak(dialect, 'answer', { model: 'arn:aws:bedrock:x:1:a/b' }).path, '/model/arn%3Aaws%3Abedrock%3Ax%3A1%3Aa%2Fb/invoke');
  assert.equal(trySpeak(dialect, 'count', {}), null);
  assert.equal(offersCall(dialect, 'count'), false);
});

test('Vertex has Claude under Anthropic’s name, with the stream in the body still', () => {
  const dialect = dialectOf('vertex', 'anthropic-messages');
  const base = '/v1/projects/p/locations/l';
  const body = json({ model: 'claude', stream: true, messages: [] });
  const spoken = speak(dialect, 'stream', {
    basePath: base,
    query: '?beta=true',
    model: 'claude-sonnet-4-5@20250929',
    headers: ['anthropic-version', '2023-06-01', 'anthropic-beta', 'one'],
    body,
  });
  assert.equal(spoken.path, `${base}/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`);
  assert.equal(spoken.body?.toString(), '{"stream":true,"messages":[],"anthropic_version":"vertex-2023-10-16"}');
  assert.deepEqual(spoken.headers, ['anthropic-beta', 'one']);
  assert.equal(speak(dialect, 'answer', {}).path, '/publishers/anthropic/models/m:rawPredict');
});

test('Vertex counts Claude’s tokens at one address that reads the model in the body', () => {
  const spoken = speak(dialectOf('vertex', 'anthropic-messages'), 'count', {
    path: '/messages/count_tokens',
    body: json({ model: 'c', messages: [] }),
  });
  assert.equal(spoken.path, '/publishers/anthropic/models/count-tokens:rawPredict');
  assert.equal(spoken.body?.toString(), '{"model":"c","messages":[],"anthropic_version":"vertex-2023-10-16"}');
});

test('Vertex has Gemini under Google’s name, with the client’s query', () => {
  const dialect = dialectOf('vertex', 'gemini-generate');
  const path = '/models/gemini-x:streamGenerateContent';
  assert.equal(
    speak(dialect, 'stream', { path, query: '?alt=sse', model: 'gemini-x' }).path,
    '/publishers/google/models/gemini-x:streamGenerateContent?alt=sse',
  );
  assert.equal(speak(dialect, 'count', { path }).path, '/publishers/google/models/m:countTokens');
  assert.equal(offersCall(dialect, 'other'), false);
});

test('a model that would lead up the path is not asked for', () => {
  for (const model of ['.', '..']) assert.equal(trySpeak(dialectOf('bedrock', 'anthropic-messages'), 'answer', { model }), null);
  assert.equal(speak(dialectOf('bedrock', 'anthropic-messages'), 'answer', { model: '../../x' }).path, '/model/..%2F..%2Fx/invoke');
  assert.equal(
    speak(dialectOf('azure-openai-classic', 'openai-chat'), 'answer', { path: '/p', model: '{path}' }).path.slice(0, 22),
    '/deployments/%7Bpath%7',
  );
});

test('a provider with nothing but a query of its own keeps the protocol’s paths', () => {
  assert.equal(speak({ query: { tier: 'a b' } }, 'answer', { query: '?x=1' }).path, '/messages?x=1&tier=a%20b');
});

test('the kind of a call is told by its path', () => {
  assert.equal(callKindOf('anthropic-messages', '/messages', true), 'stream');
  assert.equal(callKindOf('anthropic-messages', '/messages/count_tokens', false), 'count');
  assert.equal(callKindOf('gemini-generate', '/models/m:countTokens', false), 'count');
  assert.equal(callKindOf('gemini-generate', '/models/m:batchEmbedContents', false), 'other');
  assert.equal(callKindOf('openai-chat', '/chat/completions', false), 'answer');
  assert.equal(callKindOf('pass-through', '/files', false), 'other');
});
