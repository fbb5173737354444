import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { decodeGenerateRequest } from './decode-request.ts';

const decode = (body: Record<string, unknown>): CanonicalRequest => decodeGenerateRequest(body, { model: 'm', stream: false });
const say = (rest: Record<string, unknown>): CanonicalRequest => decode({ contents: [{ parts: [{ text: 'hi' }] }], ...rest });
const inBase64 = (state: OpaqueState): string => Buffer.from(wrapState(state)).toString('base64');

function refused(body: Record<string, unknown>, param: string): void {
  assert.throws(
    () => decode(body),
    (error: unknown) => error instanceof GatewayError && error.code === 'invalid_request' && error.param === param,
    param,
  );
}

test('a content without a role is the user, and contents of one role are one turn', () => {
  const { turns } = decode({
    systemInstruction: { parts: [{ text: 'A' }, { text: 'B' }] },
    contents: [
      { parts: [{ text: '1' }] },
      { role: 'user', parts: [{ text: '2' }] },
      { role: 'model', parts: [{ text: '3' }] },
      { role: 'user', parts: [{ text: '4' }] },
    ],
  });
  assert.deepEqual(
    turns.map(({ role, parts }) => [role, parts.map((part) => ('text' in part ? part.text : ''))]),
    [
      ['system', ['A', 'B']],
      ['user', ['1', '2']],
      ['assistant', ['3']],
      ['user', ['4']],
    ],
  );
});

test('instructions may be a string, and lists of one may be bare, as in Google’s own examples', () => {
  const { turns } = decode({ system_instruction: 'A', contents: { parts: { text: 'B' } } });
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['system', 'user'],
  );
});

test('both spellings of every name are read, and null is absent', () => {
  const snake = decode({
    contents: [
      { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }, { file_data: { file_uri: 'https://x.test/a.pdf' } }] },
    ],
    tools: [{ function_declarations: [{ name: 'f', parameters_json_schema: { type: 'object', properties: { some_name: {} } } }] }],
    tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['f'] } },
    generation_config: { max_output_tokens: '7', top_k: 3, stop_sequences: ['x'], thinking_config: { thinking_budget: 5 }, temperature: null },
    safety_settings: [],
  });
  assert.equal(snake.maxOutputTokens, 7);
  assert.equal(snake.topK, 3);
  assert.equal(snake.temperature, null);
  assert.equal(snake.reasoning?.budgetTokens, 5);
  assert.deepEqual(snake.toolChoice, { type: 'named', name: 'f' });
  assert.deepEqual(snake.tools[0]?.parameters, { type: 'object', properties: { some_name: {} } });
  assert.deepEqual(
    snake.turns[0]?.parts.map(({ type }) => type),
    ['image', 'document'],
  );
  assert.deepEqual(snake.unmapped, []);
});

test('names inside of arguments and responses are the user’s own', () => {
  const { turns } = decode({
    contents: [
      { role: 'model', parts: [{ function_call: { name: 'f', args: { some_key: { other_key: 1 } } } }] },
      { role: 'user', parts: [{ function_response: { name: 'f', response: { my_answer: 2 } } }] },
    ],
  });
  assert.deepEqual(turns[0]?.parts[0], { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '{"some_key":{"other_key":1}}' });
  assert.deepEqual(turns[1]?.parts[0], {
    type: 'tool-result',
    callId: 'call_1',
    name: 'f',
    kind: 'function',
    content: [{ type: 'text', text: '{"my_answer":2}' }],
    isError: false,
  });
});

test('calls without ids get one each, and their answers find them by name and order', () => {
  const call = (name: string, n: number): object => ({ functionCall: { name, args: { n } } });
  const answer = (name: string, output: string): object => ({ functionResponse: { name, response: { output } } });
  const { turns } = decode({
    contents: [
      { parts: [{ text: 'go' }] },
      { role: 'model', parts: [call('a', 1), call('b', 2), call('a', 3)] },
      { role: 'function', parts: [answer('b', 'for 2'), answer('a', 'for 1')] },
      { role: 'user', parts: [{ text: 'and' }, answer('a', 'for 3')] },
    ],
  });
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'user'],
  );
  assert.deepEqual(
    turns[2]?.parts.map((part) => part.type === 'tool-result' && [part.callId, part.content[0]]),
    [
      ['call_1', { type: 'text', text: 'for 1' }],
      ['call_2', { type: 'text', text: 'for 2' }],
      ['call_3', { type: 'text', text: 'for 3' }],
    ],
  );
});

test('ids find their calls whatever the order, and an answer without id still finds a call that has one', () => {
  const { turns } = decode({
    contents: [
      { role: 'model', parts: [{ functionCall: { id: 'x', name: 'a' } }, { functionCall: { id: 'y', name: 'a' } }] },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'y', name: 'a', response: { output: 'Y' } } },
          { functionResponse: { name: 'a', response: { output: 'X' } } },
        ],
      },
    ],
  });
  assert.deepEqual(
    turns[1]?.parts.map((part) => part.type === 'tool-result' && [part.callId, part.content[0]]),
    [
      ['x', { type: 'text', text: 'X' }],
      ['y', { type: 'text', text: 'Y' }],
    ],
  );
});

test('what a tool answered is its output, its error, its result, or the whole object', () => {
  const resultOf = (response: unknown, parts?: unknown): unknown => {
    const { turns } = decode({
      contents: [
        { role: 'model', parts: [{ functionCall: { name: 'f' } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response, parts } }] },
      ],
    });
    const part = turns[1]?.parts[0];
    return part?.type === 'tool-result' ? [part.content.map((each) => (each.type === 'text' ? each.text : each.type)), part.isError] : null;
  };
  assert.deepEqual(resultOf({ output: 'text' }), [['text'], false]);
  assert.deepEqual(resultOf({ output: { a: 1 } }), [['{"a":1}'], false]);
  assert.deepEqual(resultOf({ result: 5 }), [['5'], false]);
  assert.deepEqual(resultOf({ error: 'broke' }), [['broke'], true]);
  assert.deepEqual(resultOf({ output: 'x', error: null }), [['x'], false]);
  assert.deepEqual(resultOf({ output: 'x', more: 1 }), [['{"output":"x","more":1}'], false]);
  assert.deepEqual(resultOf({ name: 'f', content: { a: 1 } }), [['{"a":1}'], false]);
  assert.deepEqual(resultOf({ name: 'g', content: 'x' }), [['{"name":"g","content":"x"}'], false]);
  assert.deepEqual(resultOf({}), [[], false]);
  assert.deepEqual(resultOf({ output: 'see' }, [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }]), [['see', 'image'], false]);
});

test('a history that breaks the rule of answers is refused with its field', () => {
  const call = { role: 'model', parts: [{ functionCall: { name: 'f' } }] };
  refused({ contents: [call] }, 'contents[0].parts[0]');
  refused({ contents: [call, { parts: [{ text: 'next' }] }] }, 'contents[0].parts[0]');
  refused({ contents: [{ parts: [{ functionResponse: { name: 'f', response: {} } }] }] }, 'contents[0].parts[0].functionResponse');
  refused({ contents: [call, { parts: [{ functionResponse: { name: 'g', response: {} } }] }] }, 'contents[1].parts[0].functionResponse');
});

test('what Google’s server would refuse is refused, with the field at fault', () => {
  const hi = [{ parts: [{ text: 'hi' }] }];
  refused({}, 'contents');
  refused({ contents: [] }, 'contents');
  refused({ contents: [{ parts: [{ text: '' }] }] }, 'contents');
  refused({ contents: 'hi' }, 'contents');
  refused({ contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] }, 'contents[0].role');
  refused({ contents: [{ role: 'user', parts: [] }] }, 'contents[0].parts');
  refused({ contents: [{ parts: [{}] }] }, 'contents[0].parts[0]');
  refused({ contents: [{ parts: [{ text: 'a', inlineData: { mimeType: 'image/png', data: 'AA==' } }] }] }, 'contents[0].parts[0]');
  refused({ contents: [{ parts: [{ text: 5 }] }] }, 'contents[0].parts[0].text');
  refused({ contents: [{ parts: [{ inlineData: { data: 'AA==' } }] }] }, 'contents[0].parts[0].inlineData.mimeType');
  refused({ contents: [{ parts: [{ fileData: {} }] }] }, 'contents[0].parts[0].fileData.fileUri');
  refused({ contents: [{ role: 'user', parts: [{ functionCall: { name: 'f' } }] }] }, 'contents[0].parts[0].functionCall');
  refused({ contents: [{ role: 'model', parts: [{ functionCall: { args: {} } }] }] }, 'contents[0].parts[0].functionCall.name');
  refused({ contents: hi, systemInstruction: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } }, 'systemInstruction.parts[0]');
  refused({ contents: hi, generationConfig: { temperature: 3 } }, 'generationConfig.temperature');
  refused({ contents: hi, generationConfig: { maxOutputTokens: 0 } }, 'generationConfig.maxOutputTokens');
  refused({ contents: hi, generationConfig: { stopSequences: ['1', '2', '3', '4', '5', '6'] } }, 'generationConfig.stopSequences');
  refused({ contents: hi, generationConfig: { responseSchema: {}, responseJsonSchema: {} } }, 'generationConfig.responseSchema');
  refused(
    { contents: hi, generationConfig: { thinkingConfig: { thinkingBudget: 5, thinkingLevel: 'LOW' } } },
    'generationConfig.thinkingConfig.thinkingBudget',
  );
  refused({ contents: hi, generationConfig: { thinkingConfig: { thinkingLevel: 'huge' } } }, 'generationConfig.thinkingConfig.thinkingLevel');
  refused({ contents: hi, tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name');
  refused({ contents: hi, toolConfig: { functionCallingConfig: { mode: 'ANY' } } }, 'toolConfig.functionCallingConfig.mode');
  refused(
    { contents: hi, tools: [{ functionDeclarations: [{ name: 'f' }] }], toolConfig: { functionCallingConfig: { allowedFunctionNames: ['f'] } } },
    'toolConfig.functionCallingConfig.allowedFunctionNames',
  );
  refused({ contents: hi, serviceTier: 'fast' }, 'serviceTier');
});

test('modes of calling are choices of tools', () => {
  const choiceOf = (functionCallingConfig: object): unknown =>
    say({ tools: [{ functionDeclarations: [{ name: 'f' }] }, { functionDeclarations: [{ name: 'g' }] }], toolConfig: { functionCallingConfig } })
      .toolChoice;
  assert.deepEqual(choiceOf({}), { type: 'auto' });
  assert.deepEqual(choiceOf({ mode: 'AUTO' }), { type: 'auto' });
  assert.deepEqual(choiceOf({ mode: 'NONE' }), { type: 'none' });
  assert.deepEqual(choiceOf({ mode: 'ANY' }), { type: 'required' });
  assert.deepEqual(choiceOf({ mode: 'ANY', allowedFunctionNames: ['g'] }), { type: 'named', name: 'g' });
  assert.deepEqual(choiceOf({ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }), { type: 'allowed', isRequired: true, names: ['f', 'g'] });
  assert.deepEqual(choiceOf({ mode: 'VALIDATED' }), { type: 'auto' });
  assert.deepEqual(choiceOf({ mode: 'VALIDATED', allowedFunctionNames: ['f'] }), { type: 'allowed', isRequired: false, names: ['f'] });
  assert.equal(say({ toolConfig: { functionCallingConfig: { mode: 'AUTO' } } }).toolChoice, null, 'a choice without tools is refused elsewhere');
});

test('all functions of all tools are listed, a function without parameters takes an empty object', () => {
  const { tools } = say({
    tools: [
      { functionDeclarations: [{ name: 'f', description: 'does', parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } } }] },
      { functionDeclarations: [{ name: 'g' }] },
    ],
  });
  assert.deepEqual(
    tools.map(({ name, description, parameters, strict }) => [name, description, parameters, strict]),
    [
      ['f', 'does', { type: 'object', properties: { a: { type: 'string' } } }, null],
      ['g', null, { type: 'object', properties: {} }, null],
    ],
  );
});

test('what no other protocol has is told, state apart from wishes; an empty list says nothing', () => {
  const unmapped = say({
    cachedContent: 'cachedContents/1',
    continuationToken: 'abc',
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
    labels: {},
    store: true,
    model: 'models/x',
    tools: [{ googleSearch: {} }, { codeExecution: {}, functionDeclarations: [{ name: 'f', behavior: 'NON_BLOCKING' }] }],
    toolConfig: { retrievalConfig: { languageCode: 'de' } },
    generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW', responseModalities: ['TEXT', 'IMAGE'], logprobs: 3 },
    brandNew: 1,
    contents: [{ role: 'model', parts: [{ executableCode: { code: '1' } }, { text: 'x' }] }, { parts: [{ text: 'hi', videoMetadata: { fps: 1 } }] }],
  }).unmapped;
  assert.deepEqual(
    unmapped.map(({ field, weight }) => `${field} ${weight}`).toSorted(),
    [
      'cachedContent state',
      'continuationToken state',
      'safetySettings hint',
      'brandNew hint',
      'contents[1].parts[0].videoMetadata hint',
      'contents[0].parts[0].executableCode hint',
      'tools[0].googleSearch hint',
      'tools[1].codeExecution hint',
      'tools[1].functionDeclarations[0].behavior hint',
      'toolConfig.retrievalConfig hint',
      'generationConfig.mediaResolution hint',
      'generationConfig.responseModalities substance',
      'generationConfig.logprobs hint',
    ].toSorted(),
  );
});

test('service tiers are translated by meaning', () => {
  assert.deepEqual(
    ['flex', 'STANDARD', 'priority', 'unspecified'].map((serviceTier) => say({ serviceTier }).serviceTier),
    ['flex', 'default', 'priority', null],
  );
});

test('media are told apart by their type, and files that Google keeps by their address', () => {
  const partOf = (part: object): unknown => decode({ contents: [{ parts: [part] }] }).turns[0]?.parts[0];
  assert.deepEqual(partOf({ inlineData: { mimeType: 'audio/wav', data: 'AA==' } }), {
    type: 'audio',
    source: { type: 'base64', mediaType: 'audio/wav', data: 'AA==' },
  });
  assert.deepEqual(partOf({ inlineData: { mimeType: 'application/pdf', data: 'AA==', displayName: 'a.pdf' } }), {
    type: 'document',
    source: { type: 'base64', mediaType: 'application/pdf', data: 'AA==' },
    name: 'a.pdf',
  });
  assert.deepEqual(partOf({ fileData: { fileUri: 'https://x.test/cat.PNG?size=2' } }), {
    type: 'image',
    source: { type: 'url', url: 'https://x.test/cat.PNG?size=2', mediaType: null },
    detail: null,
  });
  for (const id of ['gs://bucket/a.png', 'https://generativelanguage.googleapis.com/v1beta/files/a'])
    assert.deepEqual(partOf({ fileData: { fileUri: id, mimeType: 'image/png' } }), { type: 'image', source: { type: 'file-id', id }, detail: null });
});

test('own signatures come in letter by letter, on calls, texts and empty texts', () => {
  const state = (data: string): OpaqueState => ({ family: 'gemini', form: 'signature', data });
  const { turns } = decode({
    contents: [
      {
        role: 'model',
        parts: [
          { text: 'deep', thought: true },
          { text: 'Hel' },
          { text: 'lo' },
          { text: '', thoughtSignature: 'AAA+/w==' },
          { functionCall: { name: 'f' }, thoughtSignature: 'BBB=' },
        ],
      },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] },
    ],
  });
  assert.deepEqual(turns[0]?.parts, [
    { type: 'thinking', text: 'deep', state: null },
    { type: 'text', text: 'Hello', state: state('AAA+/w==') },
    { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '{}', state: state('BBB=') },
  ]);
});

test('the word for a lost signature is no signature', () => {
  const { turns } = decode({
    contents: [
      { role: 'model', parts: [{ functionCall: { name: 'f' }, thoughtSignature: 'skip_thought_signature_validator' }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] },
    ],
  });
  assert.equal(turns[0]?.parts[0] !== undefined && 'state' in turns[0].parts[0], false);
});

test('foreign states come back as the thoughts that they prove, with the exact text', () => {
  const signature: OpaqueState = { family: 'anthropic', form: 'signature', data: 'sig', text: 'I  think' };
  const sealed: OpaqueState = { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' };
  const { turns } = decode({
    contents: [
      // A chat session lists each frame of a stream as a content of its own.
      { role: 'model', parts: [{ text: 'I ', thought: true }] },
      { role: 'model', parts: [{ text: ' think', thought: true }] },
      { role: 'model', parts: [{ text: '', thought: true, thoughtSignature: inBase64(signature) }] },
      { role: 'model', parts: [{ text: 'Well', thoughtSignature: Buffer.from(wrapState(sealed)).toString('base64url') }] },
      { role: 'model', parts: [{ text: ', yes' }] },
      { role: 'user', parts: [{ text: 'go on' }] },
    ],
  });
  assert.deepEqual(turns[0]?.parts, [
    { type: 'thinking', text: 'I  think', state: signature },
    { type: 'thinking', text: '', state: sealed },
    { type: 'text', text: 'Well, yes' },
  ]);
});

test('whether it streams is the path’s word', () => {
  assert.equal(decodeGenerateRequest({ contents: [{ parts: [{ text: 'x' }] }] }, { model: 'm', stream: true }).stream, true);
});
