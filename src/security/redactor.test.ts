import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redactor } from './redactor.ts';

function redactorOf(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  redactor.setSecrets(secrets);
  return redactor;
}

test('replaces a live secret wherever it stands, as often as it does', () => {
  const redactor = redactorOf('correct horse battery');
  assert.equal(redactor.redact('correct horse battery'), '[redacted]');
  assert.equal(redactor.redact('<correct horse battery,correct horse batterycorrect horse battery>'), '<[redacted],[redacted][redacted]>');
  assert.equal(redactor.redact('correct horse batter'), 'correct horse batter');
});

test('learns a secret that is made while the process runs, and keeps it through new lists', () => {
  const redactor = redactorOf('correct horse battery');
  assert.equal(redactor.redact('it is ya29-token-1'), 'it is ya29-token-1');
  redactor.learn('ya29-token-1');
  redactor.setSecrets([]);
  redactor.setSecrets([]);
  assert.equal(redactor.redact('it is ya29-token-1'), 'it is [redacted]');
  for (let index = 0; index < 1000; index += 1) redactor.learn(`token-of-later-${index}`);
  assert.equal(redactor.redact('ya29-token-1 token-of-later-999'), 'ya29-token-1 [redacted]');
});

test('replaces the longest of several secrets that begin alike', () => {
  const redactor = redactorOf('sharedstart', 'sharedstart-and-more', 'sharedstart-and');
  assert.equal(redactor.redact('x sharedstart-and-more y'), 'x [redacted] y');
  assert.equal(redactor.redact('x sharedstart-and-mor y'), 'x [redacted]-mor y');
});

test('finds a live secret as addresses, JSON and basic credentials write it', () => {
  const secret = 'p/a+s?s"w\\ö rd&1';
  const redactor = redactorOf(secret);
  for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret), Buffer.from(secret).toString('base64')]) {
    const redacted = redactor.redact(`before ${form} after`);
    assert.match(redacted, /^before .*\[redacted\].* after$/);
    assert.ok(!redacted.includes(form.slice(0, 10)), redacted);
  }
});

test('does not look for secrets of fewer than 8 characters, nor for empty ones', () => {
  assert.equal(redactorOf('', 'error', '1234567').redact('an error 1234567'), 'an error 1234567');
  assert.equal(redactorOf('12345678').redact('an error 12345678'), 'an error [redacted]');
});

test('looks for the new secrets after a change, and for those before it until the next', () => {
  const redactor = redactorOf('first secret');
  redactor.setSecrets(['second secret']);
  assert.equal(redactor.redact('first secret, second secret'), '[redacted], [redacted]');
  redactor.setSecrets(['third secret']);
  assert.equal(redactor.redact('first secret, second secret, third secret'), 'first secret, [redacted], [redacted]');
});

test('replaces what has the shape of a credential although nobody knows it', () => {
  const redactor = new Redactor();
  const cases: Record<string, string> = {
    'wrong key sk-proj-abc_DEF-123456 given': 'wrong key [redacted] given',
    'sk-ant-api03-xyzxyzxyz.': '[redacted].',
    AIzaSyA1234567890abcdefg: '[redacted]',
    'xoxb-1234-5678-abcdef': '[redacted]',
    ghp_0123456789abcdefABCDEF: '[redacted]',
    github_pat_11AAAA_bbbbcccc: '[redacted]',
    'hg-0123456789abcdef': '[redacted]',
    'authorization: Bearer abc.def-ghi': 'authorization: Bearer [redacted]',
    'bearer  tiny': 'bearer  [redacted]',
    'GET https://a.example/v1?key=abc&alt=sse': 'GET https://a.example/v1?key=[redacted]&alt=sse',
    '?api_key=abc&access_token=def#top': '?api_key=[redacted]&access_token=[redacted]#top',
    'http://user:pass@proxy.example:3128/': 'http://[redacted]@proxy.example:3128/',
    'authorization: Basic dXNlcjpwYXNz': 'authorization: [redacted]',
    '{"x-api-key":"abc"}': '{"x-api-key":"[redacted]"}',
  };
  for (const [text, expected] of Object.entries(cases)) assert.equal(redactor.redact(text), expected);
});

test('leaves ordinary sentences and addresses alone', () => {
  const redactor = redactorOf('a secret that is not there');
  for (const text of [
    'The task-management of risk-aversion is monkey=business.',
    'connect ECONNREFUSED 127.0.0.1:8080',
    'https://api.example.com/v1/chat/completions?alt=sse&page=2',
    'provider openai-main, key k-0123abcd, model gpt-4o',
    '',
  ]) {
    assert.equal(redactor.redact(text), text);
  }
});

test('gives the same text when it is asked twice', () => {
  const redactor = redactorOf('correct horse battery');
  const once = redactor.redact('Bearer correct horse battery, ?key=correct horse battery, sk-123456789');
  assert.equal(redactor.redact(once), once);
});

test('takes time in proportion to the text, also with thousands of secrets that begin alike', () => {
  const secrets = Array.from({ length: 5000 }, (_, index) => `sk-proj-${String(index).padStart(32, '0')}`);
  const redactor = redactorOf(...secrets);
  const text = `${secrets.join(' ')} ${'sk-proj- //a:b ?key Bearer '.repeat(4000)}${'a'.repeat(100_000)}${'//'.repeat(50_000)}${'?'.repeat(50_000)}`;
  const began = performance.now();
  const redacted = redactor.redact(text);
  const tookMs = performance.now() - began;
  assert.ok(!secrets.some((secret) => redacted.includes(secret)));
  // Some 0.1 s on a slow machine; quadratic work would take minutes.
  assert.ok(tookMs < 5000, `took ${tookMs} ms`);
});
