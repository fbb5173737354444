import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalPart, ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalRequest, CanonicalTool, CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits, type ThinkingTraits } from '../../domain/model-traits.ts';
import { generateCarries } from './carries.ts';
import { decodeGenerateRequest } from './decode-request.ts';
import { encodeGenerateRequest } from './encode-request.ts';

const EMPTY = decodeGenerateRequest({ contents: [{ parts: [{ text: 'hi' }] }] }, { model: 'm', stream: false });
const LEVELS: ThinkingTraits = { efforts: ['minimal', 'low', 'medium', 'high'], takesBudget: false, isAdaptive: false, off: null, offUpTo: null };
const BUDGET: ThinkingTraits = { efforts: [], takesBudget: true, isAdaptive: false, off: 'zero-budget', offUpTo: null };
const GEMINI_3: Partial<ModelTraits> = { thinking: LEVELS };
const OWN: OpaqueState = { family: 'gemini', form: 'signature', data: 'c2ln' };
const FOREIGN: OpaqueState = { family: 'anthropic', form: 'signature', data: 'sig' };

interface Encoded {
  readonly body: Record<string, never> & {
    readonly contents: readonly { readonly role: string; readonly parts: readonly Record<string, unknown>[] }[];
    readonly generationConfig: Record<string, unknown>;
    readonly systemInstruction: unknown;
    readonly tools: readonly { readonly functionDeclarations: readonly Record<string, unknown>[] }[];
    readonly toolConfig: unknown;
  };
  readonly dropped: readonly string[];
  readonly path: string;
  readonly query: string;
}

/** Encodes, and checks what every request has to keep: what is dropped was foretold. */
function encode(request: Partial<CanonicalRequest>, traits: Partial<ModelTraits> = {}, model = 'gemini-x'): Encoded {
  const whole = { ...EMPTY, ...request };
  const target = { model, traits: { ...UNKNOWN_MODEL_TRAITS, ...traits } };
  const { body, dropped, path, query } = encodeGenerateRequest(whole, target);
  const carried = generateCarries(target);
  for (const feature of dropped) assert.ok(fingerprint(whole).has(feature) && !carried.has(feature), `${feature} was not foretold`);
  return { body: body as never, dropped: [...dropped].toSorted(), path, query };
}

const turn = (role: CanonicalTurn['role'], ...parts: CanonicalPart[]): CanonicalTurn => ({ role, parts });
const text = (value: string): CanonicalPart => ({ type: 'text', text: value });
const call = (id: string, input = '{}', state?: OpaqueState): ToolCallPart => ({
  type: 'tool-call',
  id,
  name: `tool_${id}`,
  kind: 'function',
  input,
  ...(state === undefined ? {} : { state }),
});
const result = (id: string, value: string, isError = false): CanonicalPart => ({
  type: 'tool-result',
  callId: id,
  name: `tool_${id}`,
  kind: 'function',
  content: [{ type: 'text', text: value }],
  isError,
});
const tool = (name: string, rest: Partial<CanonicalTool> = {}): CanonicalTool => ({
  kind: 'function',
  name,
  description: null,
  parameters: { type: 'object', properties: {} },
  strict: null,
  grammar: null,
  ...rest,
});

test('the path names the model and the verb, streams ask for events', () => {
  assert.deepEqual([encode({}).path, encode({}).query], ['/models/gemini-x:generateContent', '']);
  const stream = encode({ stream: true });
  assert.deepEqual([stream.path, stream.query], ['/models/gemini-x:streamGenerateContent', '?alt=sse']);
  assert.equal('stream' in stream.body, false);
  assert.equal(encode({}, {}, 'tunedModels/a b').path, '/tunedModels/a%20b:generateContent');
});

test('leading instructions are the system instruction, later ones keep their place in a turn of the user', () => {
  const { body } = encode({
    turns: [
      turn('system', text('S1')),
      turn('system', text('S2')),
      turn('user', text('U1')),
      turn('system', text('S3')),
      turn('assistant', text('A1')),
      turn('user', text('U2')),
    ],
  });
  assert.deepEqual(body.systemInstruction, { parts: [{ text: 'S1' }, { text: 'S2' }] });
  assert.deepEqual(body.contents, [
    { role: 'user', parts: [{ text: 'U1' }, { text: '<system>\nS3\n</system>' }] },
    { role: 'model', parts: [{ text: 'A1' }] },
    { role: 'user', parts: [{ text: 'U2' }] },
  ]);
});

test('instructions alone are what the user says, because contents must not be empty', () => {
  const { body } = encode({ turns: [turn('system', text('S1'))] });
  assert.deepEqual([body.contents, body.systemInstruction], [[{ role: 'user', parts: [{ text: 'S1' }] }], undefined]);
});

test('all answers to a turn’s calls stand in one content, in order, as many as there were calls, without ids', () => {
  const { body } = encode({
    turns: [
      turn('user', text('go')),
      turn('assistant', text('ok'), call('1', '{"a":1}'), call('2', '')),
      turn('tool', result('1', '{"temp":12}'), result('2', 'broke', true)),
      turn('user', text('next')),
    ],
  });
  assert.deepEqual(body.contents.slice(1), [
    { role: 'model', parts: [{ text: 'ok' }, { functionCall: { name: 'tool_1', args: { a: 1 } } }, { functionCall: { name: 'tool_2', args: {} } }] },
    {
      role: 'user',
      parts: [
        { functionResponse: { name: 'tool_1', response: { output: '{"temp":12}' } } },
        { functionResponse: { name: 'tool_2', response: { error: 'broke' } } },
        { text: 'next' },
      ],
    },
  ]);
});

test('arguments that are no object are wrapped, so that nothing is lost', () => {
  const argsOf = (input: string, kind: 'function' | 'custom' = 'function'): unknown => {
    const { body } = encode({ turns: [turn('user', text('go')), turn('assistant', { ...call('1', input), kind }), turn('tool', result('1', 'x'))] });
    const sent = body.contents[1]?.parts[0]?.['functionCall'] as { readonly args: unknown } | undefined;
    return sent?.args;
  };
  assert.deepEqual(argsOf('null'), {});
  assert.deepEqual(argsOf('[1]'), { input: '[1]' });
  assert.deepEqual(argsOf('{"a":'), { input: '{"a":' });
  assert.deepEqual(argsOf('{"a":1}', 'custom'), { input: '{"a":1}' });
});

test('pictures in a tool’s answer stand inside of the response from Gemini 3 on, and behind all responses before', () => {
  const picture: CanonicalPart = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' }, detail: null };
  const turns = [
    turn('user', text('go')),
    turn('assistant', call('1'), call('2')),
    turn('tool', { type: 'tool-result', callId: '1', name: 'tool_1', kind: 'function', content: [picture], isError: false }, result('2', 'x')),
  ];
  const inlineData = { mimeType: 'image/png', data: 'AA==' };
  assert.deepEqual(encode({ turns }, GEMINI_3).body.contents[2]?.parts, [
    { functionResponse: { name: 'tool_1', response: { output: '' }, parts: [{ inlineData }] } },
    { functionResponse: { name: 'tool_2', response: { output: 'x' } } },
  ]);
  assert.deepEqual(encode({ turns }, { thinking: BUDGET }).body.contents[2]?.parts, [
    { functionResponse: { name: 'tool_1', response: { output: '' } } },
    { functionResponse: { name: 'tool_2', response: { output: 'x' } } },
    { inlineData },
  ]);
});

test('own signatures go back to where they were, those of other families never go', () => {
  const { body, dropped } = encode({
    turns: [
      turn('user', text('go')),
      turn(
        'assistant',
        { type: 'thinking', text: 'hm', state: OWN },
        { type: 'thinking', text: 'secret', state: FOREIGN },
        { type: 'thinking', text: 'plain', state: null },
        { type: 'text', text: 'A', state: OWN },
        { type: 'thinking', text: '', state: OWN },
        call('1', '{}', OWN),
        call('2', '{}', FOREIGN),
      ),
      turn('tool', result('1', 'x'), result('2', 'y')),
    ],
  });
  assert.deepEqual(body.contents[1]?.parts, [
    { text: 'hm', thought: true, thoughtSignature: 'c2ln' },
    { text: 'A', thoughtSignature: 'c2ln' },
    { text: '', thoughtSignature: 'c2ln' },
    { functionCall: { name: 'tool_1', args: {} }, thoughtSignature: 'c2ln' },
    { functionCall: { name: 'tool_2', args: {} } },
  ]);
  assert.deepEqual(dropped, ['thinking-history']);
  assert.ok(!JSON.stringify(body).includes('sig"'), 'the foreign signature is nowhere');
  assert.deepEqual(
    encode({ turns: [turn('user', text('go')), turn('assistant', { type: 'text', text: 'A', state: OWN }), turn('user', text('x'))] }).dropped,
    [],
  );
});

test('a lost signature is replaced on the first call of each step, also before the user’s last word, for models with levels only', () => {
  const turns = [
    turn('user', text('first')),
    turn('assistant', call('0')),
    turn('tool', result('0', 'x')),
    turn('user', text('second')),
    turn('assistant', call('1'), call('2')),
    turn('tool', result('1', 'x'), result('2', 'y')),
    turn('assistant', text('then'), call('3', '{}', OWN), call('4')),
    turn('tool', result('3', 'x'), result('4', 'y')),
  ];
  const signatures = (traits: Partial<ModelTraits>): unknown[] =>
    encode({ turns }, traits).body.contents.flatMap(({ parts }) =>
      parts.flatMap((part) => ('functionCall' in part ? [part['thoughtSignature'] ?? null] : [])),
    );
  assert.deepEqual(signatures(GEMINI_3), ['skip_thought_signature_validator', 'skip_thought_signature_validator', null, 'c2ln', null]);
  assert.deepEqual(signatures({ thinking: BUDGET }), [null, null, null, 'c2ln', null]);
  assert.deepEqual(signatures({}), [null, null, null, 'c2ln', null], 'nothing is known of the model');
});

test('media: bytes inline, addresses where the upstream fetches them, files of others never', () => {
  const partsOf = (part: CanonicalPart, traits: Partial<ModelTraits> = {}): unknown => {
    const found = encode({ turns: [turn('user', text('see'), part)] }, traits);
    return [found.body.contents[0]?.parts[1], found.dropped];
  };
  const picture = (url: string, mediaType: string | null = null): CanonicalPart => ({
    type: 'image',
    source: { type: 'url', url, mediaType },
    detail: null,
  });
  assert.deepEqual(partsOf(picture('https://x.test/a.webp')), [{ fileData: { fileUri: 'https://x.test/a.webp', mimeType: 'image/webp' } }, []]);
  assert.deepEqual(partsOf(picture('https://x.test/a')), [{ fileData: { fileUri: 'https://x.test/a', mimeType: 'image/jpeg' } }, []]);
  assert.deepEqual(partsOf(picture('https://x.test/a.webp'), { imageUrls: false }), [undefined, ['image-urls']]);
  assert.deepEqual(partsOf({ type: 'image', source: { type: 'file-id', id: 'file_1' }, detail: null }), [undefined, ['file-ids']]);
  assert.deepEqual(partsOf({ type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'AA==' } }), [
    { inlineData: { mimeType: 'audio/wav', data: 'AA==' } },
    [],
  ]);
  assert.deepEqual(partsOf({ type: 'document', source: { type: 'text', text: 'plain' }, name: 'a.txt' }), [
    { inlineData: { mimeType: 'text/plain', data: Buffer.from('plain').toString('base64') } },
    [],
  ]);
  const film: CanonicalPart = { type: 'document', source: { type: 'url', url: 'https://www.youtube.com/watch?v=1', mediaType: null }, name: null };
  assert.deepEqual(partsOf(film), [{ fileData: { fileUri: 'https://www.youtube.com/watch?v=1' } }, []]);
  assert.deepEqual(
    partsOf({ type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' }, detail: 'high' }, { lacks: new Set(['images']) }),
    [undefined, ['image-detail', 'images']],
  );
});

test('tools are one entry with JSON schemas; $schema is gone at any depth, a property of that name stays', () => {
  const { body, dropped } = encode({
    tools: [
      tool('f', {
        description: 'd',
        strict: true,
        cacheMark: true,
        parameters: {
          $schema: 'http://json-schema.org/draft-07/schema#',
          type: 'object',
          properties: { $schema: { type: 'string' }, list: { type: 'array', items: { $schema: 'x', enum: [{ $schema: 1 }] } } },
          additionalProperties: false,
        },
      }),
      tool('c', { kind: 'custom', parameters: null, grammar: { type: 'text' } }),
    ],
  });
  assert.deepEqual(body.tools, [
    {
      functionDeclarations: [
        {
          name: 'f',
          description: 'd',
          parametersJsonSchema: {
            type: 'object',
            properties: { $schema: { type: 'string' }, list: { type: 'array', items: { enum: [{ $schema: 1 }] } } },
            additionalProperties: false,
          },
        },
        { name: 'c', parametersJsonSchema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } },
      ],
    },
  ]);
  assert.deepEqual(dropped, ['cache-marks', 'custom-tool-grammar', 'strict-tools']);
});

test('choices of tools are modes; who may be called and need not is alone on show', () => {
  const tools = [tool('f'), tool('g')];
  const encoded = (toolChoice: CanonicalRequest['toolChoice'], traits: Partial<ModelTraits> = {}): unknown => {
    const { body, dropped } = encode({ tools, toolChoice, parallelToolCalls: null }, traits);
    return [body.toolConfig, body.tools[0]?.functionDeclarations.length, dropped];
  };
  const config = (mode: string, allowedFunctionNames?: string[]): unknown => ({
    functionCallingConfig: { mode, ...(allowedFunctionNames === undefined ? {} : { allowedFunctionNames }) },
  });
  assert.deepEqual(encoded(null), [undefined, 2, []]);
  assert.deepEqual(encoded({ type: 'auto' }), [config('AUTO'), 2, []]);
  assert.deepEqual(encoded({ type: 'none' }), [config('NONE'), 2, []]);
  assert.deepEqual(encoded({ type: 'required' }), [config('ANY'), 2, []]);
  assert.deepEqual(encoded({ type: 'named', name: 'g' }), [config('ANY', ['g']), 2, []]);
  assert.deepEqual(encoded({ type: 'allowed', isRequired: true, names: ['f'] }), [config('ANY', ['f']), 2, []]);
  assert.deepEqual(encoded({ type: 'allowed', isRequired: false, names: ['f'] }), [config('AUTO'), 1, []]);
  assert.deepEqual(encoded({ type: 'named', name: 'g' }, { forcedTool: false }), [config('AUTO'), 2, ['forced-tool']]);
  assert.equal(encode({ toolChoice: { type: 'auto' } }).body.toolConfig, undefined, 'no tools, no choice');
});

test('what the protocol has no field for is dropped and told, not forwarded', () => {
  const { body, dropped } = encode({
    logitBias: { '5': 1 },
    verbosity: 'low',
    userId: 'u',
    cacheKey: 'k',
    metadata: { a: 'b' },
    tools: [tool('f')],
    parallelToolCalls: false,
    turns: [turn('system', { type: 'text', text: 'S', cacheMark: true }), turn('user', text('hi'))],
  });
  assert.deepEqual(Object.keys(body).toSorted(), ['contents', 'systemInstruction', 'tools']);
  assert.deepEqual(body.systemInstruction, { parts: [{ text: 'S' }] });
  assert.deepEqual(dropped, ['cache-key', 'cache-marks', 'logit-bias', 'metadata', 'parallel-off', 'user-id', 'verbosity']);
});

test('tiers are translated by meaning, the usual one is not said', () => {
  const tierOf = (serviceTier: CanonicalRequest['serviceTier']): unknown => (encode({ serviceTier }).body as Record<string, unknown>)['serviceTier'];
  assert.deepEqual([tierOf('auto'), tierOf('default'), tierOf('flex'), tierOf('priority')], [undefined, 'standard', 'flex', 'priority']);
});

test('a last word put into the model’s mouth is left out where the model does not take it', () => {
  const turns = [turn('user', text('go')), turn('assistant', text('Sure'))];
  assert.equal(encode({ turns }).body.contents.length, 2);
  const without = encode({ turns }, { prefill: false });
  assert.deepEqual([without.body.contents.length, without.dropped], [1, ['prefill']]);
});

test('a model without tools gets neither tools nor calls nor answers', () => {
  const { body, dropped } = encode(
    {
      tools: [tool('f')],
      toolChoice: { type: 'required' },
      turns: [turn('user', text('go')), turn('assistant', text('A'), call('1')), turn('tool', result('1', 'x'))],
    },
    { lacks: new Set(['tools']) },
  );
  assert.deepEqual(body.contents, [
    { role: 'user', parts: [{ text: 'go' }] },
    { role: 'model', parts: [{ text: 'A' }] },
  ]);
  assert.deepEqual([Object.keys(body), dropped], [['contents'], ['forced-tool', 'tools']]);
});
