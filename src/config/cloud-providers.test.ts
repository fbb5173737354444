import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { VirtualKeyHash } from '../domain/ids.ts';
import { traitsOf } from '../presets/model-traits.ts';
import { PRESETS } from '../presets/presets.ts';
import { loadBundledPrices } from '../presets/price-catalogue.ts';
import { ConfigError } from './config-error.ts';
import { compileSnapshot } from './compile-snapshot.ts';
import type { CompiledProvider } from './snapshot.ts';
import { validateConfig } from './validate-config.ts';

const BEDROCK = { 'anthropic-messages': 'https://bedrock-runtime.eu-west-1.amazonaws.com' };
const VERTEX = 'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5';
const AWS_SECRET = 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+key';
const pem = (type: 'rsa' | 'ec'): string => {
  const { privateKey } = type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const ACCOUNT = { type: 'service_account', client_email: 'robot@p.test', private_key: pem('rsa') };

function problemsOf(provider: object): readonly string[] {
  try {
    validateConfig({ providers: [{ id: 'a', ...provider }] }, { presets: PRESETS, source: 'test', locate: () => null });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
  return [];
}

function compile(provider: object): CompiledProvider {
  const config = validateConfig({ providers: [{ id: 'a', ...provider }] }, { presets: PRESETS, source: 'test', locate: () => null });
  const snapshot = compileSnapshot(config, {
    presets: PRESETS,
    prices: loadBundledPrices(),
    traits: traitsOf,
    revision: 1,
    source: 'test',
    hashSecret: (secret) => secret as VirtualKeyHash,
    freeze: true,
  });
  return snapshot.providers[0] ?? assert.fail();
}

test('Bedrock needs an address and a key, and takes the region from the address', () => {
  const provider = compile({ preset: 'bedrock', protocols: BEDROCK, keys: [AWS_SECRET] });
  assert.deepEqual(provider.auth, { in: 'aws-sigv4', region: 'eu-west-1', service: 'bedrock' });
  assert.equal(provider.protocols.get('anthropic-messages')?.path, '');
  assert.equal(provider.dialects.get('anthropic-messages')?.framing, 'aws-event-stream');
  assert.equal(provider.keys[0]?.secret, AWS_SECRET);
  assert.deepEqual(problemsOf({ preset: 'bedrock' }), [
    'providers[0] needs the field "protocols", because the preset bedrock has no address of its own; it looks like https://bedrock-runtime.us-east-1.amazonaws.com',
  ]);
});

test('an address of AWS without a region needs one in auth', () => {
  const protocols = { 'anthropic-messages': 'http://127.0.0.1:8080' };
  assert.deepEqual(problemsOf({ preset: 'bedrock', protocols }), [
    'providers[0] needs a region to sign requests for: write "auth: { in: aws-sigv4, region: us-east-1 }"',
  ]);
  const { auth } = compile({ preset: 'bedrock', protocols, auth: { in: 'aws-sigv4', region: 'us-gov-west-1' } });
  assert.deepEqual(auth, { in: 'aws-sigv4', region: 'us-gov-west-1', service: 'bedrock' });
  for (const host of ['bedrock-runtime-fips.us-east-1.amazonaws.com', 'vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com'])
    assert.deepEqual(problemsOf({ preset: 'bedrock', protocols: { 'anthropic-messages': `https://${host}` } }), [], host);
});

test('a Bedrock key that is only half of one is told by its place and never repeated', () => {
  const message = 'must be ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it for temporary credentials';
  const provider = { preset: 'bedrock', protocols: BEDROCK };
  assert.deepEqual(problemsOf({ ...provider, keys: ['AKIDEXAMPLE', { secret: 'AKID:se cret12' }, ':'] }), [
    `providers[0].keys[0] ${message}`,
    `providers[0].keys[1].secret ${message}`,
    `providers[0].keys[2] ${message}`,
  ]);
  assert.deepEqual(problemsOf({ ...provider, keys: [`${AWS_SECRET}:session/token==`, `${AWS_SECRET}:`] }), []);
});

test('a bearer key of Bedrock is an auth of the operator, and the dialect stays', () => {
  const provider = compile({ preset: 'bedrock', protocols: BEDROCK, auth: { in: 'header', name: 'Authorization', scheme: 'Bearer' }, keys: ['abc'] });
  assert.deepEqual(provider.auth, { in: 'header', name: 'authorization', scheme: 'Bearer' });
  assert.ok(provider.dialects.has('anthropic-messages'));
});

test('Vertex takes a service account as JSON or in base64, and speaks two dialects at one address', () => {
  const protocols = { 'gemini-generate': VERTEX, 'anthropic-messages': VERTEX };
  const json = JSON.stringify(ACCOUNT, null, 2);
  for (const secret of [json, Buffer.from(json).toString('base64')]) {
    const provider = compile({ preset: 'vertex', protocols, keys: [secret] });
    assert.deepEqual(provider.auth, { in: 'google-service-account', scope: 'https://www.googleapis.com/auth/cloud-platform' });
    assert.deepEqual([...provider.dialects.keys()], ['gemini-generate', 'anthropic-messages']);
    assert.equal(provider.protocolOfModel('claude-opus-5' as never), 'anthropic-messages');
    assert.equal(provider.protocolOfModel('gemini-3.8-flash' as never), 'gemini-generate');
    assert.equal(provider.protocolOfModel('other' as never), null);
  }
});

test('a service account that cannot work is told by what is wrong with it, without a word of it', () => {
  const problem = (account: object | string): string | undefined => {
    const secret = typeof account === 'string' ? account : JSON.stringify(account);
    const [first] = problemsOf({ preset: 'vertex', protocols: { 'gemini-generate': VERTEX }, keys: [{ secret }] });
    return first?.replace('providers[0].keys[0].secret ', '');
  };
  assert.equal(problem('not json'), 'must be the JSON of a service account key, as it is or in base64');
  assert.equal(problem('{"type":'), 'must be the JSON of a service account key, as it is or in base64');
  assert.equal(problem({ ...ACCOUNT, type: 'authorized_user' }), 'must be the key of a service account: its "type" is another');
  assert.equal(problem({ private_key: ACCOUNT.private_key }), 'lacks the field client_email of a service account key');
  assert.equal(problem({ client_email: 'a' }), 'lacks the field private_key of a service account key');
  assert.equal(problem({ ...ACCOUNT, private_key: 'nonsense' }), 'has a private_key that is no RSA key in PEM form');
  assert.equal(problem({ ...ACCOUNT, private_key: pem('ec') }), 'has a private_key that is no RSA key in PEM form');
  assert.equal(problem({ ...ACCOUNT, token_uri: 'http://tokens.example.com' }), 'has a token_uri that is no https URL');
  assert.equal(problem({ ...ACCOUNT, token_uri: 'http://127.0.0.1:1/token' }), undefined);
});

test('fields of auth that mean nothing beside the others are refused, and a missing name is asked for', () => {
  const protocols = { 'openai-chat': 'https://x.test/v1' };
  assert.deepEqual(problemsOf({ protocols, auth: { in: 'header' } }), ['providers[0].auth needs the field "name"']);
  assert.deepEqual(problemsOf({ protocols, auth: { in: 'query', name: 'k', scheme: 'Bearer' } }), [
    'providers[0].auth.scheme has no meaning for a key in: query',
  ]);
  assert.deepEqual(problemsOf({ protocols, auth: { in: 'aws-sigv4', region: 'us-east-1', name: 'x' } }), [
    'providers[0].auth.name has no meaning for a key in: aws-sigv4',
  ]);
  assert.deepEqual(problemsOf({ protocols, auth: { in: 'aws-sigv4', region: 'Frankfurt' } }), [
    'providers[0].auth.region must be a region, as us-east-1',
  ]);
  assert.deepEqual(problemsOf({ protocols, auth: { in: 'google-service-account', scope: 'everything' } }), [
    'providers[0].auth.scope must be the URL of a scope',
  ]);
});

test('requests of a provider of kind rest are not signed for AWS', () => {
  assert.deepEqual(problemsOf({ preset: 'rest', rest: { targetUrl: 'https://x.test' }, auth: { in: 'aws-sigv4', region: 'us-east-1' } }), [
    'providers[0].auth cannot sign requests for AWS, because bodies of a provider of kind rest are not held',
  ]);
});

test('Azure’s deployments get the operator’s version, and an address that goes too far is refused', () => {
  const protocols = { 'openai-chat': 'https://r.openai.azure.com' };
  const provider = compile({ preset: 'azure-openai-classic', protocols, query: { 'api-version': '2025-03-01-preview' } });
  assert.equal(provider.protocols.get('openai-chat')?.path, '/openai');
  assert.deepEqual(provider.dialects.get('openai-chat')?.query, { 'api-version': '2025-03-01-preview' });
  assert.deepEqual(
    problemsOf({ preset: 'azure-openai-classic', protocols: { 'openai-chat': 'https://r.openai.azure.com/openai/deployments/gpt' } }),
    ['providers[0].protocols.openai-chat must end before /deployments, which the gateway adds itself'],
  );
  assert.deepEqual(problemsOf({ preset: 'vertex', protocols: { 'gemini-generate': `${VERTEX}/publishers/google` } }), [
    'providers[0].protocols.gemini-generate must end before /publishers, which the gateway adds itself',
  ]);
});

test('a query of the operator’s own needs no dialect of the vendor, and has none of a REST provider', () => {
  const provider = compile({ protocols: { 'openai-chat': 'https://x.test/v1' }, query: { tier: 'a' } });
  assert.deepEqual([...provider.dialects], [['openai-chat', { query: { tier: 'a' } }]]);
  assert.deepEqual(problemsOf({ preset: 'rest', rest: { targetUrl: 'https://x.test' }, query: { a: 'b' } }), [
    'providers[0].query has no meaning for a provider of kind rest',
  ]);
  assert.deepEqual(problemsOf({ protocols: { 'openai-chat': 'https://x.test/v1' }, query: { '': 'b' } }), [
    'providers[0].query[""] must not be empty or hold control characters',
  ]);
});

test('most providers have no dialect', () => {
  for (const preset of ['openai', 'anthropic', 'gemini', 'ollama']) assert.equal(compile({ preset }).dialects.size, 0, preset);
});

test('the example of the reference is a configuration that works', () => {
  const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');
  const [, example = ''] = /## Clouds[\s\S]*?```yaml\n(?<example>[\s\S]*?)```/u.exec(page) ?? [];
  const filled = example
    .replace('${AWS_ACCESS_KEY_ID}:${AWS_SECRET_ACCESS_KEY}', AWS_SECRET)
    .replace('${VERTEX_SERVICE_ACCOUNT}', Buffer.from(JSON.stringify(ACCOUNT)).toString('base64'));
  const { providers } = validateConfig(parse(filled), { presets: PRESETS, source: 'test', locate: () => null });
  assert.deepEqual(
    providers?.map(({ preset }) => preset),
    ['bedrock', 'vertex', 'azure-openai-classic'],
  );
});
