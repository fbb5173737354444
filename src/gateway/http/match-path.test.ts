import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPath, type PathMatch, type PathProblem } from './match-path.ts';

function matched(url: string): PathMatch {
  const found = matchPath(url);
  assert.ok(found !== null && !('problem' in found), `${url}: ${JSON.stringify(found)}`);
  return found;
}

function problemOf(url: string): PathProblem['problem'] | null {
  const found = matchPath(url);
  return found !== null && 'problem' in found ? found.problem : null;
}

/** Path → protocol, suffix behind the base URL, endpoint. */
const ROUTES: readonly (readonly [path: string, protocol: string, suffix: string, endpoint: string])[] = [
  ['/v1/chat/completions', 'openai-chat', '/chat/completions', '/v1/chat/completions'],
  ['/chat/completions', 'openai-chat', '/chat/completions', '/v1/chat/completions'],
  ['/v1/responses', 'openai-responses', '/responses', '/v1/responses'],
  ['/responses', 'openai-responses', '/responses', '/v1/responses'],
  ['/v1/completions', 'openai-completions', '/completions', '/v1/completions'],
  ['/completions', 'openai-completions', '/completions', '/v1/completions'],
  ['/v1/embeddings', 'openai-embeddings', '/embeddings', '/v1/embeddings'],
  ['/embeddings', 'openai-embeddings', '/embeddings', '/v1/embeddings'],
  ['/v1/messages', 'anthropic-messages', '/messages', '/v1/messages'],
  ['/messages', 'anthropic-messages', '/messages', '/v1/messages'],
  ['/v1/messages/count_tokens', 'anthropic-messages', '/messages/count_tokens', '/v1/messages/count_tokens'],
  ['/v1beta/models/gemini-x:generateContent', 'gemini-generate', '/models/gemini-x:generateContent', '/v1beta/models/{model}:generateContent'],
  [
    '/v1beta/models/gemini-x:streamGenerateContent',
    'gemini-generate',
    '/models/gemini-x:streamGenerateContent',
    '/v1beta/models/{model}:streamGenerateContent',
  ],
  ['/v1beta/models/gemini-x:countTokens', 'gemini-generate', '/models/gemini-x:countTokens', '/v1beta/models/{model}:countTokens'],
  ['/v1/images/generations', 'pass-through', '/images/generations', '/v1/*'],
  ['/v1/audio/transcriptions', 'pass-through', '/audio/transcriptions', '/v1/*'],
  ['/v1/moderations', 'pass-through', '/moderations', '/v1/*'],
  ['/v1/rerank', 'pass-through', '/rerank', '/v1/*'],
  ['/v1/files', 'pass-through', '/files', '/v1/*'],
  ['/v1/files/file-1/content', 'pass-through', '/files/file-1/content', '/v1/*'],
  ['/v1/batches/b-1', 'pass-through', '/batches/b-1', '/v1/*'],
  ['/v1/anything/else', 'pass-through', '/anything/else', '/v1/*'],
  ['/proxy/weather/v2/today', 'rest', '/v2/today', '/proxy/*'],
  ['/proxy/weather', 'rest', '', '/proxy/*'],
];

for (const [path, protocol, suffix, endpoint] of ROUTES) {
  test(`${path} is ${protocol}`, () => {
    const match = matched(`${path}?a=1&a=2&b=%2F;x`);
    assert.equal(match.protocol, protocol);
    assert.equal(match.suffix, suffix);
    assert.equal(match.endpoint, endpoint);
    assert.equal(match.query, '?a=1&a=2&b=%2F;x', 'the query is unchanged');
    assert.equal(match.local, null);
    assert.deepEqual(match.methods, protocol === 'pass-through' || protocol === 'rest' ? null : ['POST']);
  });
}

test('a streaming Gemini call is told by its path', () => {
  assert.equal(matched('/v1beta/models/g:streamGenerateContent?alt=sse').streams, true);
  assert.equal(matched('/v1beta/models/g:generateContent').streams, false);
  assert.equal(matched('/v1/chat/completions').streams, null);
});

test('the model of a Gemini path is decoded, the path is not', () => {
  const match = matched('/v1beta/models/tuned%2Fmy%20model:generateContent');
  assert.equal(match.pathModel, 'tuned/my model');
  assert.equal(match.suffix, '/models/tuned%2Fmy%20model:generateContent');
  assert.equal(matched('/v1beta/tunedModels/a/b:generateContent').pathModel, 'a/b');
  assert.equal(matched('/v1beta/models/%zz:generateContent').pathModel, '%zz', 'a broken escape is no known model');
  assert.equal(matched('/v1/models/gemini-x:generateContent').protocol, 'gemini-generate');
});

test('lists of models are answered by the gateway', () => {
  for (const path of ['/v1/models', '/models', '/v1beta/models']) {
    assert.equal(matched(path).local, 'models');
    assert.deepEqual(matched(path).methods, ['GET', 'HEAD']);
    assert.equal(matched(path).pathModel, null);
  }
  assert.equal(matched('/v1beta/models').errorStyle, 'gemini-generate');
  for (const path of ['/v1/models/vendor/x', '/models/vendor%2Fx', '/v1beta/models/vendor/x']) {
    assert.equal(matched(path).local, 'models');
    assert.equal(matched(path).pathModel, 'vendor/x');
  }
});

test('a client that adds /v1 to a base URL with /v1 is understood', () => {
  assert.equal(matched('/v1/v1/chat/completions').protocol, 'openai-chat');
  assert.equal(matched('/v1/v1/models').local, 'models');
  assert.equal(matched('/v1/v1/files').suffix, '/files');
});

test('no path reaches an upstream with its version twice', () => {
  for (const path of ['/v1/v1/v1/chat/completions', '/v1/v1', '/v1/v1/v1/files', '/llm/a/v1/v1/v1/files'])
    assert.equal(problemOf(path), 'unknown', path);
});

test('under /llm the rest of the path tells the protocol, with or without its version', () => {
  const cases: readonly (readonly [path: string, protocol: string, base: string, suffix: string])[] = [
    ['/llm/acme/v1/chat/completions', 'openai-chat', 'openai-chat', '/chat/completions'],
    ['/llm/acme/chat/completions', 'openai-chat', 'openai-chat', '/chat/completions'],
    ['/llm/acme/v1/v1/chat/completions', 'openai-chat', 'openai-chat', '/chat/completions'],
    ['/llm/acme/v1/messages', 'anthropic-messages', 'anthropic-messages', '/messages'],
    ['/llm/acme/v1beta/models/g:generateContent', 'gemini-generate', 'gemini-generate', '/models/g:generateContent'],
    ['/llm/acme/models/g:generateContent', 'gemini-generate', 'gemini-generate', '/models/g:generateContent'],
    ['/llm/acme/v1/files', 'pass-through', 'openai-chat', '/files'],
    ['/llm/acme/files', 'pass-through', 'openai-chat', '/files'],
    ['/llm/acme/v1/models', 'pass-through', 'openai-chat', '/models'],
    ['/llm/acme/v1beta/models', 'pass-through', 'gemini-generate', '/models'],
  ];
  for (const [path, protocol, base, suffix] of cases) {
    const match = matched(path);
    assert.deepEqual(
      [match.protocol, match.base, match.suffix, match.provider, match.errorStyle, match.endpoint, match.local],
      [protocol, base, suffix, 'acme', 'detail', '/llm/*', null],
      path,
    );
  }
});

test('what stands inside an /llm path is not routed again', () => {
  for (const inside of ['/proxy/other/x', '/llm/other/v1/chat/completions', '/llm/acme/proxy/other/x']) {
    const match = matched(`/llm/acme${inside}`);
    assert.deepEqual([match.protocol, match.provider, match.suffix], ['pass-through', 'acme', inside]);
  }
  assert.deepEqual([matched('/proxy/acme/llm/other/x').provider, matched('/proxy/acme/llm/other/x').suffix], ['acme', '/llm/other/x']);
});

test('names of providers are slugs', () => {
  for (const path of [
    '/llm/',
    '/llm/acme',
    '/llm/acme/',
    '/llm/Acme/v1/files',
    '/llm/-a/v1/files',
    '/llm/a_b/x',
    '/llm/%61cme/x',
    '/proxy/',
    '/proxy/ACME/x',
    '/proxy/a.b/x',
    `/proxy/${'a'.repeat(64)}/x`,
  ]) {
    assert.equal(problemOf(path), 'unknown', path);
  }
});

test('unknown paths under the prefixes of the data plane are its own 404, in its own words', () => {
  const styles: Readonly<Record<string, string>> = {
    '/v1': 'openai-chat',
    '/v1/': 'openai-chat',
    '/v1beta': 'gemini-generate',
    '/v1beta/': 'gemini-generate',
    '/llm': 'detail',
    '/proxy': 'detail',
    '/proxy/': 'detail',
  };
  for (const [path, errorStyle] of Object.entries(styles)) assert.deepEqual(matchPath(path), { problem: 'unknown', errorStyle }, path);
});

test("other paths are not the data plane's", () => {
  for (const path of [
    '/',
    '',
    '*',
    '/health',
    '/metrics',
    '/api/admin/x',
    '/v1x/chat/completions',
    '/v2/chat/completions',
    '/V1/chat/completions',
    '/llmx/a',
    '/chat/completions/',
    '/constructor',
    'constructor',
    '__proto__',
    '/v1alpha/models/g:generateContent',
  ]) {
    assert.equal(matchPath(path), null, path);
  }
  assert.equal(matched('/v1/constructor').protocol, 'pass-through');
});

test('the absolute form and the names of hosts in it match nothing', () => {
  for (const url of ['http://host/v1/chat/completions', 'https://evil.test/v1/models', '//host/v1/chat/completions', 'host:443'])
    assert.equal(matchPath(url), null, url);
});

/** Every spelling of a segment that some program takes for a dot segment, a separator or an end. */
const DOTS = ['.', '..', '%2e', '%2E', '%2e%2e', '.%2e', '%2e.', '%2E%2e'];
const EVIL = ['\\', '%5c', '%5C', '%00', ';', ';x=1', '\t', '#'];
const ENTRIES = [
  '/v1',
  '/v1/models',
  '/v1/chat',
  '/v1/files/a',
  '/v1beta',
  '/v1beta/models',
  '/llm/acme',
  '/llm/acme/v1',
  '/proxy/acme',
  '/proxy/acme/deep/er',
  '/models',
];
const TARGETS = ['chat/completions', 'models', 'messages', 'files', 'admin', 'v1/chat/completions'];

test('dot segments are refused in every spelling and place', () => {
  let tried = 0;
  for (const entry of ENTRIES) {
    for (const dots of DOTS) {
      for (const target of TARGETS) {
        for (const path of [
          `${entry}/${dots}/${target}`,
          `${entry}/x/${dots}/${dots}/${target}`,
          `${entry}/x%2F${dots}%2f${target}`,
          `${entry}/${target}/${dots}`,
        ]) {
          assert.equal(problemOf(path), 'invalid', path);
          tried += 1;
        }
      }
    }
  }
  assert.ok(tried > 600);
});

test('backslashes, nulls, semicolons, fragments and control characters are refused', () => {
  for (const entry of ENTRIES) {
    for (const evil of EVIL) {
      for (const path of [`${entry}/a${evil}b`, `${entry}/${evil}/chat/completions`, `${entry}/x${evil}`])
        assert.equal(problemOf(path), 'invalid', JSON.stringify(path));
    }
  }
  assert.equal(problemOf('/v1/chat/completions#x'), 'invalid');
  assert.equal(problemOf('/v1/chat/completions?a#b'), 'invalid');
});

test('no other spelling of a path is taken for the path itself', () => {
  const spellings = [
    '/v1/chat%2Fcompletions',
    '/v1/chat%2fcompletions',
    '/v1/%63hat/completions',
    '/v1/chat/completions/',
    '/v1/Chat/Completions',
    '/v1/chat/completions%20',
    '/v1/chat%252Fcompletions',
    '/v1/chat/%252e%252e/completions',
    '/v1/chat/completions%3Fa',
  ];
  for (const path of spellings) {
    const match = matched(path);
    assert.equal(match.protocol, 'pass-through', path);
    assert.equal(match.suffix, path.slice(3), 'goes on letter by letter');
  }
});

test('empty segments match no route of a model API', () => {
  for (const path of [
    '/v1//chat/completions',
    '/v1/chat//completions',
    '/v1beta//models/g:generateContent',
    '/llm/acme//v1/chat/completions',
    '/v1//',
    '/models//x',
  ])
    assert.equal(problemOf(path), 'unknown', path);
  assert.equal(matched('/proxy/acme/https://site.test/x').suffix, '/https://site.test/x', 'REST APIs may have them');
});

test('encoded slashes stay as they came', () => {
  assert.equal(matched('/proxy/acme/repos/a%2Fb/c%2fd?x=%2F').suffix, '/repos/a%2Fb/c%2fd');
  assert.equal(matched('/v1/files/a%2Fb').suffix, '/files/a%2Fb');
});

test('a path of the largest size is decided at once', () => {
  const started = performance.now();
  for (const unit of ['/v1', '/llm/a', '/proxy/a', '/..', '/%2e', '/a', '/x:generateContent']) {
    matchPath(`/v1${unit.repeat(Math.floor(64_000 / unit.length))}`);
    matchPath(`/llm/a${unit.repeat(Math.floor(64_000 / unit.length))}`);
    matchPath(`/v1beta/models${unit.repeat(Math.floor(64_000 / unit.length))}`);
  }
  assert.ok(performance.now() - started < 500);
});
