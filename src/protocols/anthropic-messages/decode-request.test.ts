import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapState } from '../../domain/canonical/opaque-state.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { signatureOfTextBefore, UNSIGNED } from './state-carrier.ts';

const CALL = { model: 'm', stream: false };
const TOOL = { name: 'weather', description: 'Weather of a city', input_schema: { type: 'object', properties: { city: { type: 'string' } } } };

const decode = (body: JsonObject) =>
  decodeMessagesRequest({ model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }], ...body }, CALL);
const turnsOf = (messages: unknown, rest: JsonObject = {}) => decode({ ...rest, messages }).turns;

function refusedField(body: JsonObject): string | undefined {
  try {
    decode(body);
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    assert.equal(error.status, 400);
    return error.param;
  }
  return 'nothing was refused';
}

const USED = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } }] };
const result = (content: unknown, rest: JsonObject = {}) => ({
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content, ...rest }],
});

test('reads the plain fields under their canonical names', () => {
  const request = decode({
    max_tokens: 7,
    temperature: 0,
    top_p: 0.5,
    top_k: 3,
    stop_sequences: ['X'],
    metadata: { user_id: 'u' },
    service_tier: 'standard_only',
  });
  assert.deepEqual(
    [request.maxOutputTokens, request.temperature, request.topP, request.topK, request.stop, request.userId, request.serviceTier],
    [7, 0, 0.5, 3, ['X'], 'u', 'default'],
  );
  assert.deepEqual([request.answers, request.seed, request.unmapped, request.stream], [1, null, [], false]);
});

test('a system prompt is a string or blocks, and instructions in the conversation keep their place', () => {
  assert.deepEqual(turnsOf([{ role: 'user', content: 'hi' }], { system: 'be brief' })[0], {
    role: 'system',
    parts: [{ type: 'text', text: 'be brief' }],
  });
  const turns = turnsOf(
    [
      { role: 'user', content: 'hi' },
      { role: 'system', content: 'now in French' },
    ],
    {
      system: [
        { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
        { type: 'text', text: 'b' },
      ],
    },
  );
  assert.deepEqual(turns, [
    {
      role: 'system',
      parts: [
        { type: 'text', text: 'a', cacheMark: true },
        { type: 'text', text: 'b' },
      ],
    },
    { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    { role: 'system', parts: [{ type: 'text', text: 'now in French' }] },
  ]);
});

test('reads images and documents of every kind of source', () => {
  const [turn] = turnsOf([
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
        { type: 'image', source: { type: 'file', file_id: 'file_1' } },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'BBBB' }, title: 'Report' },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
        { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' } },
        {
          type: 'document',
          source: {
            type: 'content',
            content: [
              { type: 'text', text: 'one' },
              { type: 'text', text: 'two' },
            ],
          },
        },
        { type: 'search_result', title: 'T', source: 'https://x.test', content: [{ type: 'text', text: 'found' }] },
      ],
    },
  ]);
  assert.deepEqual(turn?.parts, [
    { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' }, detail: null },
    { type: 'image', source: { type: 'url', url: 'https://x.test/a.png', mediaType: null }, detail: null },
    { type: 'image', source: { type: 'file-id', id: 'file_1' }, detail: null },
    { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'BBBB' }, name: 'Report' },
    { type: 'document', source: { type: 'text', text: 'words' }, name: null },
    { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf', mediaType: 'application/pdf' }, name: null },
    { type: 'document', source: { type: 'text', text: 'one\ntwo' }, name: null },
    { type: 'text', text: 'T\nhttps://x.test\n\nfound' },
  ]);
});

test('results stand in one tool turn in the order of the calls, with what the user says behind them', () => {
  const turns = turnsOf([
    { role: 'user', content: 'go' },
    {
      role: 'assistant',
      content: [
        { type: 'tool_use', id: 'a', name: 'one', input: {} },
        { type: 'tool_use', id: 'b', name: 'two', input: { x: 1 } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'b', content: 'second', is_error: true },
        { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'first' }] },
        { type: 'text', text: 'and now?' },
      ],
    },
  ]);
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'user'],
  );
  assert.deepEqual(turns[2]?.parts, [
    { type: 'tool-result', callId: 'a', name: 'one', kind: 'function', content: [{ type: 'text', text: 'first' }], isError: false },
    { type: 'tool-result', callId: 'b', name: 'two', kind: 'function', content: [{ type: 'text', text: 'second' }], isError: true },
  ]);
});

test('thoughts keep their signature, redacted ones their data, and those without a signature have no state', () => {
  const turns = turnsOf([
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hmm', signature: 'sig==' },
        { type: 'redacted_thinking', data: 'sealed==' },
        { type: 'thinking', thinking: 'old', signature: '' },
        { type: 'thinking', thinking: 'unproved', signature: UNSIGNED },
        { type: 'text', text: 'so' },
      ],
    },
    { role: 'user', content: 'go on' },
  ]);
  assert.deepEqual(turns[1]?.parts, [
    { type: 'thinking', text: 'hmm', state: { family: 'anthropic', form: 'signature', data: 'sig==' } },
    { type: 'thinking', text: '', state: { family: 'anthropic', form: 'sealed', data: 'sealed==' } },
    { type: 'thinking', text: 'old', state: null },
    { type: 'thinking', text: 'unproved', state: null },
    { type: 'text', text: 'so' },
  ]);
});

test('a state that the gateway wrapped comes back to its own family, with the thought as it was', () => {
  const openai = { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' } as const;
  const gemini = { family: 'gemini', form: 'signature', data: 'R2Vt' } as const;
  const parts = turnsOf([
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'summary', signature: wrapState(openai) },
        { type: 'thinking', thinking: 'changed on the way', signature: wrapState({ ...gemini, text: 'as it was' }) },
        { type: 'thinking', thinking: '', signature: wrapState(gemini) },
        { type: 'text', text: 'answer' },
        { type: 'thinking', thinking: '', signature: signatureOfTextBefore({ ...gemini, data: 'b2xk' }) },
        { type: 'thinking', thinking: '', signature: wrapState(gemini) },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
      ],
    },
    result('12'),
  ])[1]?.parts;
  assert.deepEqual(parts, [
    { type: 'thinking', text: 'summary', state: openai },
    { type: 'thinking', text: 'as it was', state: { ...gemini, text: 'as it was' } },
    { type: 'text', text: 'answer', state: { ...gemini, data: 'b2xk' } },
    { type: 'tool-call', id: 'toolu_1', name: 'weather', kind: 'function', input: '{}', state: gemini },
  ]);
});

test('tools of the API itself, and what they did before, are told as wishes that go unheard', () => {
  const request = decode({
    messages: [
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: [
          { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
          { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
          { type: 'fallback', from: {}, to: {} },
          { type: 'text', text: 'found', citations: [{ type: 'char_location' }] },
        ],
      },
      { role: 'user', content: 'thanks' },
    ],
    tools: [TOOL, { type: 'web_search_20250305', name: 'web_search' }, { ...TOOL, type: 'custom', name: 'other', strict: true }],
  });
  assert.deepEqual(request.turns[1]?.parts, [{ type: 'text', text: 'found' }]);
  assert.deepEqual(
    request.tools.map(({ name, strict }) => [name, strict]),
    [
      ['weather', null],
      ['other', true],
    ],
  );
  assert.deepEqual(request.unmapped.map(({ field }) => field).toSorted(), [
    'fallback',
    'server_tool_use',
    'web_search_20250305',
    'web_search_tool_result',
  ]);
  assert.ok(request.unmapped.every(({ weight }) => weight === 'hint'));
});

test('a container is state that no other provider has; other fields of the API alone are wishes', () => {
  const { unmapped } = decode({
    container: 'container_1',
    context_management: { edits: [] },
    mcp_servers: [],
    diagnostics: { previous_message_id: 'msg_1' },
    speed: 'fast',
    inference_geo: 'eu',
    cache_control: { type: 'ephemeral' },
    something_new: 1,
  });
  assert.deepEqual(Object.fromEntries(unmapped.map(({ field, weight }) => [field, weight])), {
    container: 'state',
    context_management: 'hint',
    mcp_servers: 'hint',
    diagnostics: 'hint',
    speed: 'hint',
    inference_geo: 'hint',
    cache_control: 'hint',
    something_new: 'hint',
  });
  assert.deepEqual(decode({ container: null, speed: 'standard' }).unmapped, []);
});

test('reads every kind of tool choice', () => {
  const choice = (tool_choice: unknown) => {
    const { toolChoice, parallelToolCalls } = decode({ tools: [TOOL], tool_choice });
    return [toolChoice, parallelToolCalls];
  };
  assert.deepEqual(choice({ type: 'auto' }), [{ type: 'auto' }, null]);
  assert.deepEqual(choice({ type: 'any', disable_parallel_tool_use: true }), [{ type: 'required' }, false]);
  assert.deepEqual(choice({ type: 'tool', name: 'weather', disable_parallel_tool_use: false }), [{ type: 'named', name: 'weather' }, true]);
  assert.deepEqual(choice({ type: 'none' }), [{ type: 'none' }, null]);
});

test('a choice of a tool that had to be left out is told', () => {
  const request = decode({ tools: [{ type: 'web_search_20250305', name: 'web_search' }], tool_choice: { type: 'tool', name: 'web_search' } });
  assert.equal(request.toolChoice, null);
  assert.deepEqual(
    request.unmapped.map(({ field }) => field),
    ['web_search_20250305', 'tool_choice'],
  );
});

test('reads how much the model may think', () => {
  const reasoning = (body: JsonObject) => decode({ max_tokens: 9000, ...body }).reasoning;
  assert.equal(reasoning({}), null);
  assert.deepEqual(reasoning({ thinking: { type: 'enabled', budget_tokens: 2000 } }), {
    isOn: true,
    effort: null,
    budgetTokens: 2000,
    display: null,
  });
  assert.deepEqual(reasoning({ thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'xhigh' } }), {
    isOn: true,
    effort: 'xhigh',
    budgetTokens: null,
    display: 'hidden',
  });
  assert.deepEqual(reasoning({ thinking: { type: 'disabled' } }), { isOn: false, effort: null, budgetTokens: null, display: null });
  assert.equal(reasoning({ thinking: { type: 'between_tools' } })?.isOn, false);
  assert.deepEqual(reasoning({ output_config: { effort: 'low' } }), { isOn: true, effort: 'low', budgetTokens: null, display: null });
});

test('reads the schema of the answer', () => {
  const schema = { type: 'object', properties: {} };
  const expected = { type: 'json-schema', schema, name: null, description: null, strict: null };
  assert.deepEqual(decode({ output_config: { format: { type: 'json_schema', schema } } }).outputFormat, expected);
  assert.deepEqual(decode({ output_format: { type: 'json_schema', schema } }).outputFormat, expected);
  assert.deepEqual(decode({ output_config: { task_budget: {} } }).unmapped, [{ field: 'output_config.task_budget', weight: 'hint' }]);
});

test('what the API would refuse is refused with the field that is wrong', () => {
  const rows: readonly (readonly [JsonObject, string])[] = [
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'assistant', content: 'hi' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'tool', content: 'hi' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'video' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'magic' } }] }] }, 'messages[0].content[0].source.type'],
    [{ messages: [{ role: 'user', content: [{ type: 'thinking', thinking: '', signature: '' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: 'x' }, USED] }, 'messages[1].content[0]'],
    [{ messages: [{ role: 'user', content: 'x' }, USED, { role: 'user', content: 'no result' }] }, 'messages[1].content[0]'],
    [{ messages: [{ role: 'user', content: 'x' }, result('orphan')] }, 'messages[1].content[0]'],
    [
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a.b', name: 'n', input: {} }] },
        ],
      },
      'messages[1].content[0].id',
    ],
    [
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'n', input: '{}' }] },
        ],
      },
      'messages[1].content[0].input',
    ],
    [{ messages: [{ role: 'user', content: 'x' }, USED, result([{ type: 'tool_use' }])] }, 'messages[2].content[0].content[0].type'],
    [{ system: 5 }, 'system'],
    [{ system: [{ type: 'image' }] }, 'system[0].type'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ name: 'x' }] }, 'tools[0].input_schema'],
    [{ tools: [{ name: 'x', input_schema: { type: 'string' } }] }, 'tools[0].input_schema.type'],
    [{ tools: [TOOL, TOOL] }, 'tools[1].name'],
    [{ tool_choice: { type: 'auto' } }, 'tool_choice'],
    [{ tools: [TOOL], tool_choice: { type: 'required' } }, 'tool_choice.type'],
    [{ tools: [TOOL], tool_choice: { type: 'tool', name: 'other' } }, 'tool_choice.name'],
    [{ temperature: 1.5 }, 'temperature'],
    [{ temperature: '0' }, 'temperature'],
    [{ top_k: -1 }, 'top_k'],
    [{ stop_sequences: 'X' }, 'stop_sequences'],
    [{ stop_sequences: [1] }, 'stop_sequences[0]'],
    [{ stream: 'yes' }, 'stream'],
    [{ metadata: 'u' }, 'metadata'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ thinking: { type: 'on' } }, 'thinking.type'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    [{ max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 1000 } }, 'thinking.budget_tokens'],
    [{ max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 2000 } }, 'thinking.budget_tokens'],
    [{ output_config: { effort: 'minimal' } }, 'output_config.effort'],
    [{ output_config: { format: { type: 'json_object' } } }, 'output_config.format.type'],
  ];
  for (const [body, field] of rows) assert.equal(refusedField(body), field, JSON.stringify(body));
});
