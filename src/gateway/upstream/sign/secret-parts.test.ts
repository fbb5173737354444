import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { secretPartsOf } from './secret-parts.ts';

const AWS = { in: 'aws-sigv4', region: 'us-east-1', service: 'bedrock' } as const;
const GOOGLE = { in: 'google-service-account', scope: 'https://www.googleapis.com/auth/cloud-platform' } as const;

test('a plain key is its own secret', () => {
  assert.deepEqual(secretPartsOf('sk-1', { in: 'header', name: 'authorization' }), ['sk-1']);
});

test('of AWS credentials the secret key and the session token must never leave, and the id may', () => {
  assert.deepEqual(secretPartsOf('AKIDEXAMPLE:the/secret+key:token=', AWS), ['AKIDEXAMPLE:the/secret+key:token=', 'token=', 'the/secret+key']);
  assert.deepEqual(secretPartsOf('AKIDEXAMPLE:the/secret+key', AWS), ['AKIDEXAMPLE:the/secret+key', 'the/secret+key']);
});

test('of a service account neither the whole nor its key nor a line of it must leave', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secret = JSON.stringify({ client_email: 'a@b.test', private_key: pem });
  const parts = secretPartsOf(secret, GOOGLE);
  assert.deepEqual(parts.slice(0, 2), [secret, pem]);
  const lines = pem.split('\n').slice(1, -3);
  assert.ok(lines.length > 20);
  for (const line of lines) assert.ok(parts.includes(line), line);
  assert.equal(
    parts.some((part) => part.startsWith('-----') && part !== pem),
    false,
  );
});
