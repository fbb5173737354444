import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { aProvider } from '../../../../test/support/snapshot-literals.ts';
import { GoogleTokens } from './google-tokens.ts';
import { RequestSigner } from './request-signer.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ACCOUNT = JSON.stringify({ client_email: 'a@b.test', private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) });
const GOOGLE = { in: 'google-service-account', scope: 'https://www.googleapis.com/auth/cloud-platform' } as const;
const AWS = { in: 'aws-sigv4', region: 'eu-west-1', service: 'bedrock' } as const;
const PLAIN = { in: 'header', name: 'x-api-key' } as const;
const PROVIDER = aProvider('cloud');
const REQUEST = { method: 'POST', origin: 'https://h.test', path: '/x', headers: ['a', 'b'], body: Buffer.from('{}') };

function signer(): RequestSigner {
  const tokens = new GoogleTokens(
    async () => ({ status: 200, body: '{"access_token":"ya29.x","expires_in":3600}' }),
    () => 0,
    () => undefined,
  );
  return new RequestSigner(tokens, () => 0);
}

test('a plain key is in the headers already and needs nothing', () => {
  const plain = signer();
  assert.equal(plain.proofAtHand(PROVIDER, PLAIN, 'sk'), 'sk');
  assert.deepEqual(plain.sign(REQUEST, PLAIN, 'sk'), ['a', 'b']);
  assert.equal(plain.sentSecret(PLAIN, 'sk'), 'sk');
  assert.equal(plain.refused(PLAIN, 'sk', 'sk'), false);
});

test('a service of one’s own network without a key gets no proof of one', async () => {
  const own = signer();
  for (const auth of [AWS, GOOGLE]) {
    assert.equal(own.proofAtHand(PROVIDER, auth, ''), '');
    assert.equal(await own.fetchProof(PROVIDER, auth, ''), '');
    assert.deepEqual(own.sign(REQUEST, auth, ''), ['a', 'b']);
    assert.equal(own.sentSecret(auth, ''), '');
  }
});

test('a service account is waited for once, then its token is the credential', async () => {
  const google = signer();
  assert.equal(google.proofAtHand(PROVIDER, GOOGLE, ACCOUNT), null);
  assert.equal(await google.fetchProof(PROVIDER, GOOGLE, ACCOUNT), 'ya29.x');
  assert.equal(google.proofAtHand(PROVIDER, GOOGLE, ACCOUNT), 'ya29.x');
  assert.deepEqual(google.sign(REQUEST, GOOGLE, 'ya29.x'), ['a', 'b', 'authorization', 'Bearer ya29.x']);
  assert.equal(google.sentSecret(GOOGLE, 'ya29.x'), 'ya29.x');
  assert.equal(google.refused(GOOGLE, ACCOUNT, 'ya29.x'), true);
  assert.equal(google.proofAtHand(PROVIDER, GOOGLE, ACCOUNT), null);
});

test('an AWS key signs for its region and service, and sends nothing of itself but a session token', () => {
  const aws = signer();
  const secret = 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG';
  assert.equal(aws.proofAtHand(PROVIDER, AWS, secret), secret);
  const headers = aws.sign(REQUEST, AWS, secret);
  assert.match(headers.at(-1) ?? '', /Credential=AKIDEXAMPLE\/19700101\/eu-west-1\/bedrock\/aws4_request/u);
  assert.equal(
    headers.some((value) => value.includes('wJalrXUtnFEMI')),
    false,
  );
  assert.equal(aws.sentSecret(AWS, secret), '');
  assert.equal(aws.sentSecret(AWS, `${secret}:token`), 'token');
});
