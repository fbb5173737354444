import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeKeyCheck, passesKeyCheck, requireKeyCheck } from './key-check.ts';
import { generateMasterKey } from './master-key.ts';

test('the key that made the check passes it, no other does', () => {
  const [right, wrong] = [generateMasterKey(), generateMasterKey()];
  const check = makeKeyCheck(right);
  assert.equal(passesKeyCheck(right, check), true);
  assert.equal(passesKeyCheck(wrong, check), false);
  // Also when somebody writes the wrong key's id over it.
  assert.equal(passesKeyCheck(wrong, check.replace(right.id, wrong.id)), false);
  assert.equal(passesKeyCheck(right, `${check.slice(0, -4)}AAAA`), false);
  assert.equal(passesKeyCheck(right, ''), false);
});

test('a wrong key is told in one sentence: which key this is, where from, and which is needed', () => {
  const [right, wrong] = [generateMasterKey(), generateMasterKey()];
  requireKeyCheck(right, makeKeyCheck(right), 'HEADGATE_MASTER_KEY');
  assert.throws(() => requireKeyCheck(wrong, makeKeyCheck(right), 'HEADGATE_MASTER_KEY'), {
    name: 'SealError',
    code: 'wrong-master-key',
    message: `The master key ${wrong.id} from HEADGATE_MASTER_KEY does not open the stored secrets: it was sealed with the master key ${right.id}. Give the key that sealed them; nothing was changed.`,
  });
  assert.throws(() => requireKeyCheck(right, 'garbage', 'X'), /check value is damaged/u);
});
