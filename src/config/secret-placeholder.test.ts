import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlaceholderFor, PlaceholderNames, variableOfPlaceholder } from './secret-placeholder.ts';

test('each secret gets a variable of its own, also where two are called alike', () => {
  const names = new PlaceholderNames();
  const made = [
    names.placeholderFor('provider-key', 'openai-main/k1', 'secret'),
    names.placeholderFor('provider-key', 'openai/main-k1', 'secret'),
    names.placeholderFor('provider', 'openai', 'headers.x-api-key'),
    names.placeholderFor('virtual-key', 'team.a', 'secret'),
  ];
  assert.deepEqual(made, [
    '${HEADGATE_OPENAI_MAIN_K1}',
    '${HEADGATE_OPENAI_MAIN_K1_2}',
    '${HEADGATE_OPENAI_HEADERS_X_API_KEY}',
    '${HEADGATE_VIRTUAL_KEY_TEAM_A}',
  ]);
});

test('no placeholder stands for a variable that means something else', () => {
  assert.equal(new PlaceholderNames().placeholderFor('provider-key', 'master/key', 'secret'), '${HEADGATE_MASTER_KEY_2}');
});

test('a placeholder is for its own secret only', () => {
  const isForMain = (text: string): boolean => isPlaceholderFor(text, 'provider-key', 'main/k1', 'secret');
  assert.deepEqual(['${HEADGATE_MAIN_K1}', '${HEADGATE_MAIN_K1_2}'].map(isForMain), [true, true]);
  assert.deepEqual(['${HEADGATE_MAIN_K12}', '${HEADGATE_MAIN_K2}', '${HEADGATE_MAIN_K1_X}', 'a${HEADGATE_MAIN_K1}'].map(isForMain), [
    false,
    false,
    false,
    false,
  ]);
});

test('only a whole text is a placeholder', () => {
  assert.equal(variableOfPlaceholder('${HEADGATE_A_B}'), 'HEADGATE_A_B');
  for (const text of ['${HOME}', '$${HEADGATE_A}', '${HEADGATE_A:-x}', '${HEADGATE_A} ', '${HEADGATE_}'])
    assert.equal(variableOfPlaceholder(text), null, text);
});
