import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { decodeResponseRequest } from './decode-request.ts';

const read = (body: object): CanonicalRequest => decodeResponseRequest({ model: 'm', input: 'Hi', ...body }, { model: 'm', stream: false });

function refused(body: object): string {
  try {
    read(body);
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    assert.deepEqual([error.code, error.status], ['invalid_request', 400]);
    return error.param ?? '';
  }
  return assert.fail(`accepted ${JSON.stringify(body)}`);
}

const weather = { type: 'function', name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } };

test('custom tools, their calls and their results take free text', () => {
  const request = read({
    tools: [{ type: 'custom', name: 'patch', description: 'Apply', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } }],
    input: [
      { role: 'user', content: 'go' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'patch', input: '*** Begin' },
      { type: 'custom_tool_call_output', call_id: 'call_1', output: 'done' },
    ],
  });
  assert.deepEqual(request.tools, [
    {
      kind: 'custom',
      name: 'patch',
      description: 'Apply',
      parameters: null,
      strict: null,
      grammar: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
    },
  ]);
  assert.deepEqual(request.turns[1]?.parts, [{ type: 'tool-call', id: 'call_1', name: 'patch', kind: 'custom', input: '*** Begin' }]);
  assert.equal(request.turns[2]?.parts[0]?.type === 'tool-result' && request.turns[2].parts[0].kind, 'custom');
  assert.equal(read({ tools: [{ type: 'custom', name: 'patch', format: { type: 'text' } }] }).tools[0]?.grammar, null);
});

test('tools are flat, and one without strict says nothing about it, because its schema is not rewritten', () => {
  const { tools } = read({ tools: [weather, { ...weather, name: 'b', strict: true, parameters: null, description: 'B' }] });
  assert.deepEqual(
    tools.map(({ name, strict, description, parameters }) => [name, strict, description, parameters]),
    [
      ['weather', null, null, weather.parameters],
      ['b', true, 'B', { type: 'object', properties: {} }],
    ],
  );
});

test('every form of tool_choice is read', () => {
  const tools = [weather, { type: 'custom', name: 'patch' }];
  const rows: readonly (readonly [unknown, unknown])[] = [
    [undefined, null],
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    [
      { type: 'function', name: 'weather' },
      { type: 'named', name: 'weather' },
    ],
    [
      { type: 'custom', name: 'patch' },
      { type: 'named', name: 'patch' },
    ],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'weather' }] },
      { type: 'allowed', isRequired: true, names: ['weather'] },
    ],
  ];
  for (const [choice, expected] of rows) assert.deepEqual(read({ tools, tool_choice: choice }).toolChoice, expected);
  const hosted = read({ tools: [...tools, { type: 'file_search', vector_store_ids: ['vs'] }], tool_choice: { type: 'file_search' } });
  assert.equal(hosted.toolChoice, null);
  assert.deepEqual(hosted.unmapped, [
    { field: 'tools.file_search', weight: 'hint' },
    { field: 'tool_choice', weight: 'hint' },
  ]);
  assert.equal(refused({ tool_choice: 'required' }), 'tool_choice');
  assert.equal(refused({ tools, tool_choice: { type: 'function', name: 'other' } }), 'tool_choice.name');
});

test('settings are read with their own meaning, and 0 is said', () => {
  const request = read({
    max_output_tokens: 50,
    temperature: 0,
    top_p: 0,
    parallel_tool_calls: false,
    metadata: { a: 'b' },
    text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
    reasoning: { effort: 'xhigh', summary: 'detailed' },
    top_logprobs: 2,
    prompt_cache_key: 'k',
    safety_identifier: 'u1',
    user: 'u2',
    service_tier: 'fast',
    store: true,
    stream_options: { include_obfuscation: false },
    include: ['reasoning.encrypted_content'],
  });
  assert.deepEqual([request.maxOutputTokens, request.temperature, request.topP, request.parallelToolCalls], [50, 0, 0, false]);
  assert.deepEqual(request.outputFormat, { type: 'json-schema', name: 'n', schema: { type: 'object' }, description: null, strict: true });
  assert.deepEqual(request.reasoning, { isOn: true, effort: 'xhigh', budgetTokens: null, display: 'shown' });
  assert.deepEqual([request.verbosity, request.logprobs, request.cacheKey, request.userId, request.serviceTier], ['low', 2, 'k', 'u1', 'priority']);
  assert.deepEqual([request.metadata, request.unmapped], [{ a: 'b' }, []]);
  assert.deepEqual(read({ reasoning: { effort: 'none' } }).reasoning, { isOn: false, effort: null, budgetTokens: null, display: null });
  assert.equal(read({ include: ['message.output_text.logprobs'] }).logprobs, 0);
  assert.equal(read({ top_logprobs: 0 }).logprobs, null);
  assert.equal(read({ user: 'u2' }).userId, 'u2');
  assert.equal(read({ text: { format: { type: 'text' } } }).outputFormat, null);
  assert.deepEqual(read({ text: { format: { type: 'json_object' } } }).outputFormat, { type: 'json-object' });
});

test('what one provider keeps is state, and its conversation is not judged here', () => {
  const stateOf = (body: object): readonly string[] =>
    read(body)
      .unmapped.filter(({ weight }) => weight === 'state')
      .map(({ field }) => field);
  assert.deepEqual(stateOf({ previous_response_id: 'resp_1', input: [{ type: 'function_call_output', call_id: 'call_1', output: 'x' }] }), [
    'previous_response_id',
  ]);
  assert.deepEqual(stateOf({ conversation: { id: 'conv_1' } }), ['conversation']);
  assert.deepEqual(stateOf({ prompt: { id: 'pmpt_1' }, input: undefined }), ['prompt']);
  assert.deepEqual(stateOf({ background: true }), ['background']);
  assert.deepEqual(stateOf({ input: [{ type: 'item_reference', id: 'msg_1' }] }), ['input.item_reference']);
  assert.deepEqual(stateOf({ input: [{ id: 'msg_1' }] }), ['input.item_reference']);
  assert.deepEqual(
    stateOf({
      input: [
        { type: 'compaction', encrypted_content: 'x' },
        { role: 'user', content: 'go' },
      ],
    }),
    ['input.compaction'],
  );
  assert.equal(refused({ previous_response_id: 'a', conversation: 'b' }), 'previous_response_id');
});

test('fields and tools that only OpenAI knows are told, and defaults are not', () => {
  const told = (body: object): readonly string[] => read(body).unmapped.map(({ field, weight }) => `${field} ${weight}`);
  assert.deepEqual(told({ max_tool_calls: 3, truncation: 'auto', client_metadata: { a: 1 }, moderation: null }), [
    'truncation hint',
    'max_tool_calls hint',
    'client_metadata hint',
  ]);
  assert.deepEqual(told({ background: false, truncation: 'disabled' }), []);
  assert.deepEqual(told({ tools: [{ type: 'web_search' }, { type: 'namespace', name: 'n', tools: [] }] }), [
    'tools.web_search hint',
    'tools.namespace substance',
  ]);
  assert.deepEqual(
    told({
      input: [
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { role: 'user', content: 'x' },
      ],
    }),
    ['input.web_search_call hint'],
  );
  assert.deepEqual(told({ reasoning: { context: 'all_turns' }, service_tier: 'scale', include: ['web_search_call.results'] }), [
    'include.web_search_call.results hint',
    'reasoning.context hint',
    'service_tier hint',
  ]);
});

test('what the API would refuse is refused with its field', () => {
  const user = { role: 'user', content: 'a' };
  const rows: readonly (readonly [object, string])[] = [
    [{ input: undefined }, 'input'],
    [{ input: 5 }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a'] }, 'input[0]'],
    [{ input: [{ content: 'a' }] }, 'input[0].role'],
    [{ input: [{ role: 'tool', content: 'a' }] }, 'input[0].role'],
    [{ input: [{ type: 'nonsense' }] }, 'input[0].type'],
    [{ input: [{ role: 'user' }] }, 'input[0].content'],
    [{ input: [{ role: 'user', content: [{ type: 'text', text: 'a' }] }] }, 'input[0].content[0].type'],
    [{ input: [user, { role: 'assistant', content: [{ type: 'input_text', text: 'a' }] }] }, 'input[1].content[0].type'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', image_url: { url: 'x' } }] }] }, 'input[0].content[0].image_url'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0].image_url'],
    [{ input: [{ role: 'user', content: [{ type: 'input_file' }] }] }, 'input[0].content[0]'],
    [{ input: [user, { type: 'function_call', name: 'f', arguments: '{}' }] }, 'input[1].call_id'],
    [{ input: [user, { type: 'function_call', call_id: 'c', name: 'f', arguments: {} }] }, 'input[1].arguments'],
    [{ input: [user, { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }] }, 'input[1]'],
    [{ input: [user, { type: 'function_call_output', call_id: 'c', output: 'x' }] }, 'input[1]'],
    [{ instructions: ['a'] }, 'instructions'],
    [{ max_output_tokens: 15 }, 'max_output_tokens'],
    [{ temperature: 2.5 }, 'temperature'],
    [{ temperature: '1' }, 'temperature'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools[0].name'],
    [{ tools: {} }, 'tools'],
    [{ text: { format: { type: 'json_schema', schema: {} } } }, 'text.format.name'],
    [{ reasoning: { effort: 'huge' } }, 'reasoning.effort'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [{ service_tier: 'gold' }, 'service_tier'],
    [{ top_logprobs: 21 }, 'top_logprobs'],
  ];
  for (const [body, param] of rows) assert.equal(refused(body), param, JSON.stringify(body));
});

test('features are found under the names that the client knows', () => {
  const request = read({ reasoning: { effort: 'low' }, input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] });
  const names = [...fingerprint(request)].map((feature) => request.featureNames[feature]);
  assert.deepEqual(new Set(names), new Set(['file_id', 'input_image', 'reasoning', 'reasoning.effort']));
});
