import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyForOrigin } from './outgoing-proxy.ts';

const PROXY = 'http://proxy:3128';

function isProxied(origin: string, ...except: readonly string[]): boolean {
  return proxyForOrigin(origin, { url: PROXY, except }) === PROXY;
}

test('https origins go through the proxy, plain http and one’s own network do not', () => {
  assert.equal(isProxied('https://api.openai.com'), true);
  assert.equal(isProxied('http://api.example.com'), false);
  assert.equal(isProxied('https://10.0.0.1'), false);
  assert.equal(isProxied('https://localhost:8443'), false);
  assert.equal(proxyForOrigin('https://api.openai.com', null), null);
});

test('NO_PROXY names hosts with their sub-names, ports, ranges, and everything', () => {
  assert.equal(isProxied('https://api.openai.com', 'openai.com'), false);
  assert.equal(isProxied('https://api.openai.com', '.openai.com'), false);
  assert.equal(isProxied('https://api.openai.com', 'API.OpenAI.com'), false);
  assert.equal(isProxied('https://notopenai.com', 'openai.com'), true);
  assert.equal(isProxied('https://api.openai.com', 'api.openai.com:443'), false);
  assert.equal(isProxied('https://api.openai.com', 'api.openai.com:8443'), true);
  assert.equal(isProxied('https://8.8.8.8', '8.8.0.0/16'), false);
  assert.equal(isProxied('https://api.openai.com', 'other.test', '*'), false);
});
