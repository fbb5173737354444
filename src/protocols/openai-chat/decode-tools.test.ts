import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../domain/gateway-error.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeTools } from './decode-tools.ts';

const named = (name: string) => ({ type: 'function', function: { name } });

test('functions and custom tools are read; a function without parameters takes an empty object', () => {
  const { tools } = decodeTools({
    tools: [
      { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object', properties: { a: {} } }, strict: true } },
      { type: 'function', function: { name: 'g' } },
      { type: 'custom', custom: { name: 'c', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } } } },
      { type: 'custom', custom: { name: 'd', format: { type: 'text' } } },
    ],
  });
  assert.deepEqual(tools, [
    { kind: 'function', name: 'f', description: 'd', parameters: { type: 'object', properties: { a: {} } }, strict: true, grammar: null },
    { kind: 'function', name: 'g', description: null, parameters: { type: 'object', properties: {} }, strict: null, grammar: null },
    {
      kind: 'custom',
      name: 'c',
      description: null,
      parameters: null,
      strict: null,
      grammar: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } },
    },
    { kind: 'custom', name: 'd', description: null, parameters: null, strict: null, grammar: null },
  ]);
});

test('every form of tool_choice is read', () => {
  const tools = [named('f'), { type: 'custom', custom: { name: 'c' } }];
  const read = (choice: unknown) => decodeTools({ tools, tool_choice: choice }).toolChoice;
  assert.deepEqual(['none', 'auto', 'required'].map(read), [{ type: 'none' }, { type: 'auto' }, { type: 'required' }]);
  assert.deepEqual(read(named('f')), { type: 'named', name: 'f' });
  assert.deepEqual(read({ type: 'custom', custom: { name: 'c' } }), { type: 'named', name: 'c' });
  assert.deepEqual(
    read({ type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named('f'), { type: 'custom', custom: { name: 'c' } }] } }),
    {
      type: 'allowed',
      isRequired: true,
      names: ['f', 'c'],
    },
  );
  assert.equal(decodeTools({ tools, parallel_tool_calls: false }).parallelToolCalls, false);
});

test('the deprecated functions are tools of which one is called at a time', () => {
  const { tools, toolChoice, parallelToolCalls } = decodeTools({ functions: [{ name: 'f' }], function_call: { name: 'f' } });
  assert.deepEqual([tools.length, toolChoice, parallelToolCalls], [1, { type: 'named', name: 'f' }, false]);
  const request = decodeRequest({ messages: [{ role: 'user', content: 'U' }], functions: [{ name: 'f' }] }, { model: 'm', stream: false });
  assert.equal(request.featureNames.tools, 'functions');
});

test('a choice without tools is none, unless it demands one', () => {
  assert.equal(decodeTools({ tool_choice: 'auto', parallel_tool_calls: true }).toolChoice, null);
  assert.equal(decodeTools({ tools: [], parallel_tool_calls: false }).parallelToolCalls, null);
});

test('tools that the API does not have are refused with their place', () => {
  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ tools: {} }, 'tools'],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ tools: [{ type: 'function', function: { name: 'f', parameters: 'x' } }] }, 'tools[0].function.parameters'],
    [{ tools: [named('f')], tool_choice: 'some' }, 'tool_choice'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ tools: [named('f')], tool_choice: named('g') }, 'tool_choice.function.name'],
    [{ tools: [named('f')], tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } } }, 'tool_choice.allowed_tools.tools'],
    [{ tools: [named('f')], functions: [{ name: 'f' }] }, 'functions'],
    [{ functions: [{ name: 'f' }], function_call: { name: 'g' } }, 'function_call.name'],
  ];
  for (const [body, param] of rows) {
    assert.throws(
      () => decodeTools(body),
      (error) => error instanceof GatewayError && error.param === param,
      JSON.stringify(body),
    );
  }
});
