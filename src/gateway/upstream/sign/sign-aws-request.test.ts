import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { type SignableRequest, signAwsRequest } from './sign-aws-request.ts';

/** Key, time and scope of the test suite that AWS publishes for Signature Version 4. */
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: null };
const AT = Date.UTC(2015, 7, 30, 12, 36, 0);
const SCOPE = { region: 'us-east-1', service: 'service' };

function request(changes: Partial<SignableRequest> = {}): SignableRequest {
  return { method: 'GET', origin: 'https://example.amazonaws.com', path: '/', headers: [], body: null, ...changes };
}

function header(headers: readonly string[], name: string): string {
  return headers[headers.indexOf(name) + 1] ?? assert.fail(name);
}

function signatureOf(changes: Partial<SignableRequest>): string {
  const found = /Signature=(?<signature>[0-9a-f]{64})$/u.exec(header(signAwsRequest(request(changes), KEY, SCOPE, AT), 'authorization'));
  return found?.groups?.['signature'] ?? assert.fail('no signature');
}

test('signs as the examples that AWS publishes', () => {
  assert.equal(signatureOf({}), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31', 'get-vanilla');
  assert.equal(signatureOf({ method: 'POST' }), '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b', 'post-vanilla');
  assert.equal(
    signatureOf({ path: '/?Param2=value2&Param1=value1' }),
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    'get-vanilla-query-order-key-case',
  );
  assert.equal(
    signatureOf({
      method: 'POST',
      headers: ['content-type', 'application/x-www-form-urlencoded'],
      body: Buffer.from('Param1=value1'),
    }),
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    'post-x-www-form-urlencoded',
  );
});

test('names key, scope and signed headers', () => {
  const headers = signAwsRequest(request({ headers: ['content-type', 'application/json', 'user-agent', 'x'] }), KEY, SCOPE, AT);
  assert.match(
    header(headers, 'authorization'),
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=/u,
  );
  assert.equal(header(headers, 'x-amz-date'), '20150830T123600Z');
  assert.equal(header(headers, 'user-agent'), 'x');
});

test('replaces a signature that was there, and never signs one of the client', () => {
  const own = ['authorization', 'Bearer client', 'x-amz-date', 'then', 'x-amz-security-token', 'theirs'];
  assert.deepEqual(signAwsRequest(request({ headers: own }), KEY, SCOPE, AT), signAwsRequest(request(), KEY, SCOPE, AT));
});

test('sends and signs the token of temporary credentials', () => {
  const headers = signAwsRequest(request(), { ...KEY, sessionToken: 'token+of/session=' }, SCOPE, AT);
  assert.equal(header(headers, 'x-amz-security-token'), 'token+of/session=');
  assert.match(header(headers, 'authorization'), /SignedHeaders=host;x-amz-date;x-amz-security-token,/u);
});

test('escapes the path a second time, and signs body, port and query as a plain reading of the rules does', () => {
  const body = Buffer.from('{"max_tokens":1}');
  const changes = {
    method: 'POST',
    origin: 'http://127.0.0.1:8080',
    path: '/model/us.anthropic.claude-x-v1%3A0/invoke?b=%20x&a=1',
    headers: ['x-amz-meta', '  a   b ', 'content-type', 'application/json'],
    body,
  };
  const canonical = [
    'POST',
    '/model/us.anthropic.claude-x-v1%253A0/invoke',
    'a=1&b=%20x',
    'content-type:application/json',
    'host:127.0.0.1:8080',
    'x-amz-date:20150830T123600Z',
    'x-amz-meta:a b',
    '',
    'content-type;host;x-amz-date;x-amz-meta',
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const text = `AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n${createHash('sha256').update(canonical).digest('hex')}`;
  const sign = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
  const key = sign(sign(sign(sign(`AWS4${KEY.secretAccessKey}`, '20150830'), 'us-east-1'), 'service'), 'aws4_request');
  assert.equal(signatureOf(changes), sign(key, text).toString('hex'));
});
