import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aKey, aProvider, aSnapshot } from '../../test/support/snapshot-literals.ts';
import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { secretsOf } from './secrets-of.ts';

test('every secret of providers and of the start is told, those of signing keys in their parts', () => {
  const snapshot = aSnapshot([
    aProvider('plain', { keys: [aKey('k', { secret: 'sk-one' }), aKey('none', { secret: '' })], authByProtocol: {} }),
    aProvider('aws', {
      auth: { in: 'aws-sigv4', region: 'us-east-1', service: 'bedrock' },
      keys: [aKey('k', { secret: 'AKIDEXAMPLE:secretsecret:token' })],
    }),
  ]);
  const bootstrap = {
    adminToken: 'admin',
    globalProxyKeys: ['hg-1'],
    database: { kind: 'mysql', password: 'of the database' },
  } as unknown as BootstrapConfig;
  assert.deepEqual(secretsOf(snapshot, bootstrap), [
    'sk-one',
    'AKIDEXAMPLE:secretsecret:token',
    'token',
    'secretsecret',
    'admin',
    'of the database',
    'hg-1',
  ]);
});
