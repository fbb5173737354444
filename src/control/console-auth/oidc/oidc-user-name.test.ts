import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUserName } from '../user-name.ts';
import { distinctUserName, userNameOfClaims } from './oidc-user-name.ts';

test('takes the preferred name, else what stands before the @ of the address', () => {
  assert.equal(userNameOfClaims({ preferred_username: 'ada.l', email: 'x@example.org' }), 'ada.l');
  assert.equal(userNameOfClaims({ preferred_username: '', email: 'grace@example.org' }), 'grace');
  assert.equal(userNameOfClaims({ preferred_username: 'ada@corp.example' }), 'ada');
});

test('makes a name that users may have of whatever a provider says', () => {
  const odd = ['', 'a', '名前', '<script>alert(1)</script>', 'x'.repeat(500), 'a b c', '---', 7, null, undefined, { toString: 'x' }, ['ada']];
  for (const preferred of odd) {
    const name = userNameOfClaims({ preferred_username: preferred });
    assert.ok(isUserName(name), name);
    assert.ok(isUserName(distinctUserName(name)), name);
  }
});
