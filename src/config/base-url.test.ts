import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Preset } from '../domain/preset.ts';
import { parseBaseUrl, problemOfBaseUrl, resolveBaseUrl } from './base-url.ts';

const BEARER = { in: 'header', name: 'authorization', scheme: 'Bearer' } as const;
const CUSTOM: Preset = { id: 'custom', label: 'Custom', protocols: {}, auth: BEARER };
const GEMINI: Preset = {
  id: 'g',
  label: 'G',
  protocols: { 'gemini-generate': 'https://g.test/v1beta', 'openai-chat': 'https://g.test/v1beta/openai' },
  auth: BEARER,
};

test('a base URL is used as written, without the slashes at its end', () => {
  assert.deepEqual(parseBaseUrl('https://api.example.com/v1//'), {
    origin: 'https://api.example.com',
    path: '/v1',
    href: 'https://api.example.com/v1',
  });
  assert.equal(resolveBaseUrl('https://relay.test/openai', 'openai-chat', CUSTOM).path, '/openai');
  assert.equal(resolveBaseUrl('https://relay.test/a%2Fb/', 'openai-chat', CUSTOM).path, '/a%2Fb');
});

test('a bare origin gets the usual prefix of the protocol', () => {
  assert.equal(resolveBaseUrl('http://127.0.0.1:9000', 'openai-chat', CUSTOM).href, 'http://127.0.0.1:9000/v1');
  assert.equal(resolveBaseUrl('http://127.0.0.1:9000/', 'anthropic-messages', CUSTOM).href, 'http://127.0.0.1:9000/v1');
  assert.equal(resolveBaseUrl('https://x.test', 'gemini-generate', CUSTOM).href, 'https://x.test/v1beta');
});

test('a bare origin of the vendor itself gets the vendor’s own path', () => {
  assert.equal(resolveBaseUrl('https://g.test', 'openai-chat', GEMINI).path, '/v1beta/openai');
  assert.equal(resolveBaseUrl('https://r.azure.test', 'openai-chat', { ...CUSTOM, usualPath: '/openai/v1' }).path, '/openai/v1');
  assert.equal(resolveBaseUrl('https://p.test', 'openai-chat', { ...CUSTOM, usualPath: '' }).href, 'https://p.test');
});

test('what cannot be a base URL is told without repeating it', () => {
  const bad = [
    'api.openai.com/v1',
    'ftp://x.test',
    'https:x.test',
    'https://',
    'https://user:hunter2@x.test/v1',
    'https://x.test/v1#a',
    'https://x.test/v1?key=hunter2',
    'http://169.254.169.254/latest',
    'http://[fd00:ec2::254]/',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://metadata.google.internal/',
    'https://x.test/v1/chat/completions',
  ];
  for (const written of bad) {
    const problem = problemOfBaseUrl(written);
    assert.notEqual(problem, null, written);
    assert.equal(problem?.includes('hunter2'), false);
  }
  for (const written of ['http://127.0.0.1:1/v1', 'https://x.test', 'http://[::1]:8080/v1/']) assert.equal(problemOfBaseUrl(written), null, written);
});
