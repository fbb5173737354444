import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalRequest, CanonicalTool, CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import type { Feature } from '../../domain/canonical/feature.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits } from '../../domain/model-traits.ts';
import { carriesOfResponses } from './carries.ts';
import { decodeResponseRequest } from './decode-request.ts';
import { encodeResponseRequest } from './encode-request.ts';

const user = (...parts: readonly CanonicalPart[]): CanonicalTurn => ({ role: 'user', parts });
const said = (...parts: readonly CanonicalPart[]): CanonicalTurn => ({ role: 'assistant', parts });
const text = (words: string): CanonicalPart => ({ type: 'text', text: words });
const call = (id: string): CanonicalPart => ({ type: 'tool-call', id, name: 'f', kind: 'function', input: '{"a":1}' });
const result = (callId: string, content: CanonicalPart[] = [text('ok')]): CanonicalPart =>
  ({ type: 'tool-result', callId, name: 'f', kind: 'function', isError: false, content }) as CanonicalPart;

const PLAIN: CanonicalRequest = { ...decodeResponseRequest({ input: 'Hi' }, { model: 'm', stream: false }), source: 'openai-chat' };
const TOOL: CanonicalTool = {
  kind: 'function',
  name: 'f',
  description: null,
  parameters: { type: 'object', properties: {} },
  strict: null,
  grammar: null,
};

interface Written {
  readonly body: Readonly<Record<string, unknown>>;
  readonly dropped: readonly Feature[];
}

function write(request: Partial<CanonicalRequest>, traits: Partial<ModelTraits> = {}): Written {
  const whole = { ...PLAIN, ...request };
  const target = { model: 'gpt-x', traits: { ...UNKNOWN_MODEL_TRAITS, ...traits } };
  const { body, dropped, path, query, headers } = encodeResponseRequest(whole, target);
  assert.deepEqual([path, query, headers], ['/responses', '', {}]);
  const carried = carriesOfResponses(target);
  const asked = fingerprint(whole);
  for (const feature of dropped) assert.ok(asked.has(feature) && !carried.has(feature), `"${feature}" was to be predicted`);
  return { body: JSON.parse(JSON.stringify(body)), dropped: [...dropped] };
}

test('the least request keeps nothing at the provider and asks for no stream', () => {
  assert.deepEqual(write({}).body, { model: 'gpt-x', input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }], store: false });
  const { body } = write({ stream: true, asksUsage: true });
  assert.equal(body['stream'], true);
  assert.equal('stream_options' in body, false, 'include_usage is a 400 here');
});

test('instructions come first, and later system turns keep their place in the role that the model knows', () => {
  const system = (...parts: readonly CanonicalPart[]): CanonicalTurn => ({ role: 'system', parts });
  const turns = [system(text('A')), system(text('B')), user(text('x')), said(text('y')), system(text('C')), user(text('z'))];
  const { body } = write({ turns }, { systemRole: 'developer' });
  assert.equal(body['instructions'], 'A');
  assert.deepEqual(
    (body['input'] as { role: string }[]).map(({ role }) => role),
    ['developer', 'user', 'assistant', 'developer', 'user'],
  );
  const marked = write({ turns: [system({ type: 'text', text: 'A', cacheMark: true }), user(text('x'))] }).body;
  assert.equal(marked['instructions'], undefined);
  assert.deepEqual((marked['input'] as { content: unknown }[])[0]?.content, [
    { type: 'input_text', text: 'A', prompt_cache_breakpoint: { mode: 'explicit' } },
  ]);
  assert.equal((write({ turns: [system(text('A'))] }).body['input'] as unknown[]).length, 1, 'an input is never empty');
});

test('what the assistant said is output, and calls are found by their call_id', () => {
  const long = `toolu:${'x'.repeat(80)}`;
  const turns = [
    user(text('go')),
    said(text('a'), { type: 'refusal', text: 'b' }, call(long), call('call_2')),
    { role: 'tool' as const, parts: [result(long), result('call_2')] },
  ];
  const input = write({ turns, tools: [TOOL] }).body['input'] as Record<string, unknown>[];
  assert.deepEqual(input[1], {
    role: 'assistant',
    content: [
      { type: 'output_text', text: 'a' },
      { type: 'refusal', refusal: 'b' },
    ],
  });
  assert.deepEqual(input[3], { type: 'function_call', call_id: 'call_2', name: 'f', arguments: '{"a":1}' });
  assert.match(String(input[2]?.['call_id']), /^[\w-]{1,64}$/);
  assert.equal(input[2]?.['call_id'], input[4]?.['call_id'], 'a call and its result still find each other');
  assert.deepEqual(input[5], { type: 'function_call_output', call_id: 'call_2', output: 'ok' });
});

test('results carry images as parts, and an error in words', () => {
  const image: CanonicalPart = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' }, detail: null };
  const outputOf = (part: CanonicalPart): unknown =>
    (write({ turns: [user(text('go')), said(call('c')), { role: 'tool', parts: [part] }] }).body['input'] as Record<string, unknown>[])[2]?.[
      'output'
    ];
  assert.deepEqual(outputOf(result('c', [text('see'), image])), [
    { type: 'input_text', text: 'see' },
    { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
  ]);
  assert.equal(outputOf(result('c', [])), '');
  assert.equal(outputOf({ ...result('c', [text('no such city')]), isError: true } as CanonicalPart), 'Error: no such city');
  assert.equal(outputOf({ ...result('c', []), isError: true } as CanonicalPart), 'Error');
});

test('an image is an address as a string, a file its data or address, and what only one provider keeps is left out and told', () => {
  const { body, dropped } = write({
    turns: [
      user(
        { type: 'image', source: { type: 'url', url: 'https://e.com/a.png', mediaType: null }, detail: 'high' },
        { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' }, name: null },
        { type: 'document', source: { type: 'url', url: 'https://e.com/a.pdf', mediaType: null }, name: null },
        { type: 'document', source: { type: 'text', text: 'words' }, name: 'a.txt' },
        { type: 'image', source: { type: 'file-id', id: 'f' }, detail: null },
        { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'UklG' } },
      ),
    ],
  });
  assert.deepEqual((body['input'] as { content: unknown }[])[0]?.content, [
    { type: 'input_image', image_url: 'https://e.com/a.png', detail: 'high' },
    { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' },
    { type: 'input_file', file_url: 'https://e.com/a.pdf' },
    { type: 'input_text', text: 'a.txt\n\nwords' },
  ]);
  assert.deepEqual(dropped.toSorted(), ['audio', 'file-ids']);
});

test('JSON mode needs the word in the input, and instructions do not count', () => {
  const turns = [{ role: 'system', parts: [text('JSON')] } as const, user(text('x'))];
  const { body } = write({ turns, outputFormat: { type: 'json-object' } }, { systemRole: 'developer' });
  assert.equal(body['instructions'], 'JSON');
  assert.deepEqual((body['input'] as unknown[])[0], { role: 'developer', content: [{ type: 'input_text', text: 'Answer with a JSON object.' }] });
  const said = write({ turns: [user(text('as json'))], outputFormat: { type: 'json-object' } });
  assert.equal((said.body['input'] as unknown[]).length, 1);
});

test('films are left out and told, files of other kinds go as files', () => {
  const file = (mediaType: string): CanonicalPart => ({ type: 'document', source: { type: 'base64', mediaType, data: 'AAAA' }, name: 'a' });
  const { body, dropped } = write({ turns: [user(text('x'), file('video/mp4'), file('application/zip'))] });
  assert.deepEqual((body['input'] as { content: unknown[] }[])[0]?.content[1], {
    type: 'input_file',
    filename: 'a',
    file_data: 'data:application/zip;base64,AAAA',
  });
  assert.deepEqual(dropped, ['videos']);
});

test('fields that the API does not have are dropped and told', () => {
  const { body, dropped } = write({ stop: ['X'], topK: 4, seed: 1, frequencyPenalty: 1, presencePenalty: 1, logitBias: { 1: 1 }, answers: 2 });
  assert.deepEqual(Object.keys(body).toSorted(), ['input', 'model', 'store']);
  assert.deepEqual(dropped.toSorted(), ['frequency-penalty', 'logit-bias', 'many-answers', 'presence-penalty', 'seed', 'stop', 'top-k']);
  assert.deepEqual(write({ turns: [user(text('a')), said(text('b'))] }).dropped, ['prefill']);
});

test('the limit is at least 16 and at most what the model can', () => {
  const limit = (maxOutputTokens: number): unknown => write({ maxOutputTokens }, { maxOutputTokens: 100 }).body['max_output_tokens'];
  assert.deepEqual([limit(1), limit(50), limit(5000)], [16, 50, 100]);
});

test('thinking is an effort, a budget is a share of the answer, and state is asked for', () => {
  const think = (reasoning: NonNullable<CanonicalRequest['reasoning']>, more: Partial<CanonicalRequest> = {}): Readonly<Record<string, unknown>> =>
    write({ reasoning, ...more }).body;
  const base = { isOn: true, effort: null, budgetTokens: null, display: null } as const;
  assert.deepEqual(think({ ...base, effort: 'low', display: 'shown' })['reasoning'], { effort: 'low', summary: 'auto' });
  assert.deepEqual(think({ ...base, effort: 'low' })['include'], ['reasoning.encrypted_content']);
  assert.deepEqual(think({ ...base, effort: 'max' })['reasoning'], { effort: 'high' }, 'the next lower level on offer');
  assert.deepEqual(think({ ...base, budgetTokens: 4000 }, { maxOutputTokens: 8000 })['reasoning'], { effort: 'medium' });
  const switched = { efforts: ['low'], takesBudget: false, isAdaptive: false, off: 'none', offUpTo: null } as const;
  const off = write({ reasoning: { ...base, isOn: false } }, { thinking: switched }).body;
  assert.deepEqual([off['reasoning'], off['include']], [{ effort: 'none' }, undefined]);
  assert.equal(think({ ...base, isOn: false })['reasoning'], undefined, 'a model that thinks only when asked is not told');
  const foreign = { reasoning: { ...base, effort: 'low', display: 'shown' }, source: 'anthropic-messages' } as const;
  const { body, dropped } = write(foreign, { thinking: null });
  assert.deepEqual([body['reasoning'], body['include']], [undefined, undefined]);
  assert.deepEqual(dropped.toSorted(), ['thinking', 'thinking-display', 'thinking-level']);
});

test('an effort in OpenAI’s own words goes to a model that does not think as it is, but no state is asked for or sent', () => {
  const thought: CanonicalPart = { type: 'thinking', text: '', state: { family: 'openai', form: 'sealed', data: 'D' } };
  const reasoning = { isOn: true, effort: 'max', budgetTokens: null, display: null } as const;
  const { body, dropped } = write({ reasoning, turns: [user(text('a')), said(thought, text('b')), user(text('c'))] }, { thinking: null });
  assert.deepEqual([body['reasoning'], body['include'], dropped], [{ effort: 'max' }, undefined, ['thinking-history']]);
  assert.equal((body['input'] as unknown[]).length, 3);
});

test('only state of OpenAI goes back to it', () => {
  const thought = (family: 'openai' | 'anthropic'): CanonicalPart => ({
    type: 'thinking',
    text: 'hm',
    state: { family, form: 'sealed', data: 'D', ...(family === 'openai' ? { itemId: 'rs_1' } : {}) },
  });
  const own = write({ turns: [user(text('a')), said(thought('openai'), text('b')), user(text('c'))] });
  assert.deepEqual((own.body['input'] as unknown[])[1], {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'hm' }],
    encrypted_content: 'D',
  });
  assert.deepEqual([own.body['include'], own.dropped], [['reasoning.encrypted_content'], []]);
  const foreign = write({
    turns: [
      user(text('a')),
      said(thought('anthropic'), { type: 'thinking', text: 'x', state: null }, {
        ...call('c'),
        state: { family: 'gemini', form: 'signature', data: 'G' },
      } as CanonicalPart),
      { role: 'tool', parts: [result('c')] },
    ],
  });
  assert.deepEqual(foreign.dropped, ['thinking-history']);
  assert.equal(JSON.stringify(foreign.body).includes('reasoning'), false);
});

test('sampling goes only where it is taken', () => {
  const sampled = { temperature: 0, topP: 0.5 };
  const fields = (traits: Partial<ModelTraits>): unknown => {
    const { body } = write(sampled, traits);
    return [body['temperature'], body['top_p']];
  };
  assert.deepEqual(fields({}), [0, 0.5]);
  assert.deepEqual(fields({ sampling: 'one' }), [0, undefined]);
  assert.deepEqual(fields({ sampling: 'none' }), [undefined, undefined]);
  assert.deepEqual(fields({ samplingWhileThinking: false }), [undefined, undefined]);
});

test('the form of the answer is flat, has a name, and is strict only where the schema can be', () => {
  const format = (schema: Record<string, unknown>, strict: boolean | null = null): unknown =>
    (write({ outputFormat: { type: 'json-schema', schema, name: null, description: null, strict } }).body['text'] as { format: unknown }).format;
  const closed = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
  assert.deepEqual(format(closed), { type: 'json_schema', name: 'answer', schema: closed, strict: true });
  assert.deepEqual(format({ ...closed, required: [] }), { type: 'json_schema', name: 'answer', schema: { ...closed, required: [] }, strict: false });
  assert.deepEqual((format({ type: 'array', items: { ...closed, additionalProperties: true } }) as { strict: boolean }).strict, false);
  assert.deepEqual(write({ outputFormat: { type: 'json-object' }, verbosity: 'low' }).body['text'], {
    format: { type: 'json_object' },
    verbosity: 'low',
  });
  assert.deepEqual(
    write({ outputFormat: { type: 'json-schema', schema: closed, name: 'n', description: null, strict: true } }, { jsonSchema: false }).dropped,
    ['json-schema'],
  );
});

test('ids of users and caches stay within 64 characters, the same each time', () => {
  const id = `user_${'0'.repeat(100)}`;
  const { body } = write({ userId: id, cacheKey: 'k', serviceTier: 'flex', metadata: { a: 'b' }, logprobs: 3 });
  assert.match(String(body['safety_identifier']), /^user_0+_[0-9a-f]{16}$/);
  assert.equal(body['safety_identifier'], write({ userId: id }).body['safety_identifier']);
  assert.deepEqual([body['prompt_cache_key'], body['service_tier'], body['metadata'], body['top_logprobs']], ['k', 'flex', { a: 'b' }, 3]);
  assert.deepEqual(body['include'], ['message.output_text.logprobs']);
});

test('a model without tools or images gets neither, and it is told', () => {
  const image: CanonicalPart = { type: 'image', source: { type: 'url', url: 'https://e.com/a.png', mediaType: null }, detail: null };
  const turns = [user(text('a'), image), said(call('c')), { role: 'tool' as const, parts: [result('c')] }, user(text('b'))];
  const { body, dropped } = write(
    { turns, tools: [TOOL], toolChoice: { type: 'required' } },
    { lacks: new Set(['tools', 'images'] as const), forcedTool: false },
  );
  assert.equal((body['input'] as unknown[]).length, 2);
  assert.deepEqual(dropped.toSorted(), ['forced-tool', 'images', 'tools']);
});
