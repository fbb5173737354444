import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalRequest } from '../domain/canonical/canonical-request.ts';
import type { CanonicalResponse } from '../domain/canonical/canonical-response.ts';
import { responseEvents } from '../domain/canonical/response-events.ts';
import { legalToolName, TOOL_NAMES } from '../domain/canonical/tool-name.ts';
import { UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import { PROTOCOLS } from './registry.ts';
import type { AnswerContext } from './translation.ts';

const OWN = 'files.read:v1/π';
const ASKED = PROTOCOLS['openai-chat'].text?.decodeRequest(
  {
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: OWN, arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ],
    tools: [
      { type: 'function', function: { name: OWN } },
      { type: 'function', function: { name: 'files_read_v1__' } },
    ],
    tool_choice: { type: 'function', function: { name: OWN } },
  },
  { model: 'm', stream: false },
) as CanonicalRequest;

/** Which names the servers take, and where they stand in a request. */
const WIRES = [
  ['openai-chat', TOOL_NAMES.openai],
  ['openai-responses', TOOL_NAMES.openai],
  ['anthropic-messages', TOOL_NAMES.anthropic],
  ['gemini-generate', TOOL_NAMES.gemini],
] as const;

for (const [name, legal] of WIRES) {
  const text = PROTOCOLS[name].text;
  const told = legalToolName(OWN, legal);

  test(`${name} is told a name that it takes, the same wherever the tool is named`, () => {
    const body = JSON.stringify(text?.encodeRequest(ASKED, { model: 'up', traits: { ...UNKNOWN_MODEL_TRAITS, forcedTool: true } }).body);
    assert.ok(!body.includes(OWN));
    // Defined, chosen, called; Gemini names the tool in its result too.
    assert.equal(body.split(JSON.stringify(told)).length - 1, name === 'gemini-generate' ? 4 : 3, body);
    assert.match(told, legal);
    assert.ok(body.includes('"files_read_v1__"'), 'a legal name that looks alike stays itself');
  });

  test(`clients of ${name} get their own name back, whole and streamed, whatever the target was told`, () => {
    const context: AnswerContext = { requestId: 'r1', publicModel: 'm', now: 1, request: ASKED, framing: 'sse' };
    for (const [, rule] of WIRES) {
      const part = { type: 'tool-call', id: 'c2', name: legalToolName(OWN, rule), kind: 'function', input: '{"a":1}' } as const;
      const choices = [{ index: 0, parts: [part], stop: 'tool-calls', stopSequence: null, logprobs: null }] as const;
      const answer: CanonicalResponse = { id: 'a', model: 'm', createdAt: null, choices, usage: null };
      const whole = text?.encodeResponse(answer, context) ?? '';
      const encoder = text?.createEventEncoder(context);
      const streamed = responseEvents(answer).map((event) => encoder?.encode(event));
      for (const answered of [whole, streamed.join('')]) {
        assert.ok(answered.includes(`"name":${JSON.stringify(OWN)}`), answered);
        assert.ok(!answered.includes(`"name":${JSON.stringify(part.name)}`));
      }
    }
  });
}
