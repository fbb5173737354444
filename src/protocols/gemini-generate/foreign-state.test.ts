import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapState } from '../../domain/canonical/opaque-state.ts';
import { withoutForeignSignatures } from './foreign-state.ts';

const FOREIGN = Buffer.from(wrapState({ family: 'anthropic', form: 'signature', data: 'sig', text: 'hm' })).toString('base64');

test('thoughts with a foreign state go, visible parts lose it, calls get the word for a lost one', () => {
  const body = {
    other: 1,
    contents: [
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [{ text: '', thought: true, thoughtSignature: FOREIGN }] },
      {
        role: 'model',
        parts: [
          { text: 'A', thought_signature: FOREIGN },
          { text: '', thoughtSignature: FOREIGN },
          { functionCall: { name: 'f' }, thoughtSignature: FOREIGN },
          { functionCall: { name: 'g' }, thoughtSignature: 'AA==' },
        ],
      },
      { role: 'model', parts: [] },
      'odd',
    ],
  };
  assert.deepEqual(withoutForeignSignatures(body), {
    other: 1,
    contents: [
      { role: 'user', parts: [{ text: 'hi' }] },
      {
        role: 'model',
        parts: [
          { text: 'A' },
          { functionCall: { name: 'f' }, thoughtSignature: 'skip_thought_signature_validator' },
          { functionCall: { name: 'g' }, thoughtSignature: 'AA==' },
        ],
      },
      { role: 'model', parts: [] },
      'odd',
    ],
  });
  assert.deepEqual(withoutForeignSignatures({ generateContentRequest: body })['generateContentRequest'], withoutForeignSignatures(body));
});

test('what only begins like a wrapped state is kept', () => {
  const body = { contents: [{ role: 'model', parts: [{ text: 'A', thoughtSignature: 'aGcxLnh4eA==' }] }] };
  assert.deepEqual(withoutForeignSignatures(body), body);
});
