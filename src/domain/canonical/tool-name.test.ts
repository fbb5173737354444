import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalTool } from './canonical-request.ts';
import { ClientToolNames, legalToolName, TOOL_NAMES } from './tool-name.ts';

const tool = (name: string): CanonicalTool => ({ kind: 'function', name, description: null, parameters: null, strict: null, grammar: null });
const ODD = ['a.b', 'a:b', 'wetter für', '天気', '1st', 'x'.repeat(100), 'y'.repeat(200), '-a'];

test('a legal name stays, another becomes one that is legal everywhere, always the same', () => {
  assert.equal(legalToolName('get_weather', TOOL_NAMES.openai), 'get_weather');
  assert.equal(legalToolName('a.b', TOOL_NAMES.gemini), 'a.b');
  assert.equal(legalToolName('x'.repeat(100), TOOL_NAMES.anthropic), 'x'.repeat(100));
  for (const name of ODD) {
    for (const legal of Object.values(TOOL_NAMES)) {
      const told = legalToolName(name, legal);
      assert.match(told, legal, name);
      assert.equal(told, legalToolName(name, legal));
      if (told !== name) for (const other of Object.values(TOOL_NAMES)) assert.match(told, other, name);
    }
  }
});

test('names that look alike when cleaned stay two', () => {
  const names = ['a.b', 'a:b', 'a b', 'a_b'].map((name) => legalToolName(name, TOOL_NAMES.openai));
  assert.equal(new Set(names).size, 4);
});

test('an answer has the client’s own names, whichever names the target was told', () => {
  const names = new ClientToolNames({ tools: [...ODD, 'plain'].map(tool) });
  for (const name of [...ODD, 'plain']) for (const legal of Object.values(TOOL_NAMES)) assert.equal(names.of(legalToolName(name, legal)), name);
  assert.equal(names.of('unheard_of'), 'unheard_of');
});
