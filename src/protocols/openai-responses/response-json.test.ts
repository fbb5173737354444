import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeResponseRequest } from './decode-request.ts';
import { IN_PROGRESS, ResponseJson } from './response-json.ts';

test('a response repeats what was asked, fills in the defaults, and says that it is not stored', () => {
  const weather = { type: 'function', name: 'weather', parameters: { type: 'object', properties: {} } };
  const body = {
    input: 'Hi',
    instructions: 'Be brief.',
    tools: [weather, { type: 'custom', name: 'patch' }],
    max_output_tokens: 50,
    metadata: { a: 'b' },
    store: true,
  };
  const request = decodeResponseRequest(body, { model: 'm', stream: true });
  const json = new ResponseJson('resp_1', { requestId: 'r', publicModel: 'public', now: 5, request, framing: 'sse' });
  const created = JSON.parse(json.write(IN_PROGRESS, [], 'null')) as Record<string, unknown>;
  assert.deepEqual([created['id'], created['object'], created['created_at'], created['model']], ['resp_1', 'response', 5, 'public']);
  assert.deepEqual([created['status'], created['output'], created['usage'], created['error']], ['in_progress', [], null, null]);
  assert.deepEqual(
    [created['instructions'], created['max_output_tokens'], created['metadata'], created['store']],
    ['Be brief.', 50, { a: 'b' }, false],
  );
  assert.deepEqual([created['tool_choice'], created['parallel_tool_calls'], created['temperature'], created['top_p']], ['auto', true, 1, 1]);
  assert.deepEqual(
    [created['text'], created['reasoning']],
    [
      { format: { type: 'text' }, verbosity: 'medium' },
      { effort: null, summary: null },
    ],
  );
  assert.deepEqual(created['tools'], [
    { type: 'function', name: 'weather', description: null, parameters: { type: 'object', properties: {} }, strict: false },
    { type: 'custom', name: 'patch', format: { type: 'text' } },
  ]);
});
