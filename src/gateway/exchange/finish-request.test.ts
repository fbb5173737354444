import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aKey, aModel, aProvider } from '../../../test/support/snapshot-literals.ts';
import type { CompiledProvider } from '../../config/snapshot.ts';
import type { Dialect } from '../../domain/dialect.ts';
import type { AuthScheme } from '../../domain/preset.ts';
import type { Lease } from '../key-pool/lease.ts';
import { GoogleTokens } from '../upstream/sign/google-tokens.ts';
import { RequestSigner } from '../upstream/sign/request-signer.ts';
import { finishRequest, type DraftedRequest } from './finish-request.ts';
import type { GatewayContext } from './gateway-context.ts';

const tokens = new GoogleTokens(
  () => assert.fail('no token is needed'),
  () => 0,
  () => undefined,
);
const context = { signer: new RequestSigner(tokens, () => Date.UTC(2026, 10, 20)) } as GatewayContext;
const HEADER: AuthScheme = { in: 'header', name: 'authorization', scheme: 'Bearer' };
const QUERY: AuthScheme = { in: 'query', name: 'key' };
const AWS: AuthScheme = { in: 'aws-sigv4', region: 'eu-west-1', service: 'bedrock' };
const SECRET = 'AKIDEXAMPLE:wJalrXUtnFEMIexample:session-token';
const CLOUD: Dialect = {
  calls: { stream: { path: '/model/{model}/stream', remove: ['model'] } },
  query: { version: '1' },
  framing: 'aws-event-stream',
};

const DRAFT: DraftedRequest = {
  protocol: 'anthropic-messages',
  base: 'anthropic-messages',
  address: { origin: 'https://host.test', path: '/v1', href: 'https://host.test/v1' },
  method: 'POST',
  path: '/messages',
  query: '?beta=true',
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{"model":"m","messages":[]}'),
  stream: true,
  passing: null,
};

function leaseOf(model: string, provider: CompiledProvider = aProvider('p')): Lease {
  return { target: { provider, model: aModel('public', model) }, key: aKey('k') } as Lease;
}

const onCloud = (model: string): Lease => leaseOf(model, aProvider('cloud', { dialects: new Map([['anthropic-messages', CLOUD]]) }));

test('a request to a plain host stays as it was drafted', () => {
  const { upstream, sentSecret, isFramedByAws } = finishRequest(context, DRAFT, leaseOf('m'), { auth: HEADER, text: 'sk' });
  assert.deepEqual([upstream.origin, upstream.path, upstream.body], ['https://host.test', '/v1/messages?beta=true', DRAFT.body]);
  assert.equal(upstream.headers, DRAFT.headers);
  assert.deepEqual([sentSecret, isFramedByAws], ['sk', false]);
});

test('a key of the query stands behind what the query holds, escaped', () => {
  const proof = { auth: QUERY, text: 'a&b' };
  assert.equal(finishRequest(context, DRAFT, leaseOf('m'), proof).upstream.path, '/v1/messages?beta=true&key=a%26b');
  assert.equal(finishRequest(context, { ...DRAFT, query: '' }, leaseOf('m'), proof).upstream.path, '/v1/messages?key=a%26b');
});

test('a host with a dialect gets its own path, and the signature is made over what goes out', () => {
  const proof = { auth: AWS, text: SECRET };
  const { upstream, sentSecret, isFramedByAws } = finishRequest(context, DRAFT, onCloud('m:0'), proof);
  assert.equal(upstream.path, '/v1/model/m%3A0/stream?beta=true&version=1');
  assert.deepEqual(upstream.body, Buffer.from('{"messages":[]}'));
  assert.deepEqual([sentSecret, isFramedByAws], ['session-token', true]);
  assert.ok(upstream.headers.includes('authorization') && !upstream.headers.join().includes('wJalrXUtnFEMI'));
  assert.deepEqual(DRAFT.headers, ['content-type', 'application/json'], 'another attempt begins with the same draft');
});

test('calls that the host does not take are refused', () => {
  const proof = { auth: HEADER, text: 'sk' };
  assert.throws(() => finishRequest(context, { ...DRAFT, stream: false }, onCloud('m'), proof), { code: 'protocol_not_supported' });
});

test('a body that still comes cannot be signed', () => {
  const passing = (): never => assert.fail('nothing is sent');
  assert.throws(() => finishRequest(context, { ...DRAFT, passing }, onCloud('m'), { auth: AWS, text: SECRET }), { code: 'protocol_not_supported' });
});

test('a name that would lead up a path is refused where it stands in one, and is nobody’s affair elsewhere', () => {
  const proof = { auth: HEADER, text: 'sk' };
  const gemini = { ...DRAFT, base: 'gemini-generate', protocol: 'gemini-generate' } as const;
  for (const name of ['..', '.', 'a/../b', '../x', 'x/.']) {
    assert.throws(() => finishRequest(context, DRAFT, onCloud(name), proof), { code: 'invalid_request', param: 'model' }, name);
    assert.throws(() => finishRequest(context, gemini, leaseOf(name), proof), { code: 'invalid_request', param: 'model' }, name);
    assert.equal(finishRequest(context, DRAFT, leaseOf(name), proof).upstream.path, '/v1/messages?beta=true');
  }
  for (const name of ['a..b', 'tunedModels/x', '...']) assert.ok(finishRequest(context, gemini, leaseOf(name), proof));
});
