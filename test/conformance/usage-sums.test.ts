import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CanonicalResponse } from '../../src/domain/canonical/canonical-response.ts';
import { totalTokens, type Usage } from '../../src/domain/usage.ts';
import { countAt, isObject, objectAt, type JsonObject } from '../../src/lib/json-reading.ts';
import { PROTOCOLS } from '../../src/protocols/registry.ts';
import { INPUTS, TEXT_PROTOCOLS, type TextProtocol } from './inputs/inputs.ts';
import { Pair } from './translate-pair.ts';

const count = fc.nat(1_000_000);
const usages: fc.Arbitrary<Usage> = fc
  .record({ input: count, cacheRead: count, cacheWrite: count, output: count, thinking: fc.nat(100) })
  .map(({ input, cacheRead, cacheWrite, output, thinking }) => ({
    input,
    cacheRead,
    cacheWrite,
    output,
    reasoning: Math.floor((output * thinking) / 100),
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  }));

/** The provider's own total, or the sum of its parts where the protocol has no total. */
const TOTALS: Readonly<Record<TextProtocol, (usage: JsonObject) => number>> = {
  'openai-chat': (usage) => countAt(usage, 'total_tokens'),
  'openai-completions': (usage) => countAt(usage, 'total_tokens'),
  'openai-responses': (usage) => countAt(usage, 'total_tokens'),
  'anthropic-messages': (usage) =>
    countAt(usage, 'input_tokens') +
    countAt(usage, 'cache_creation_input_tokens') +
    countAt(usage, 'cache_read_input_tokens') +
    countAt(usage, 'output_tokens'),
  'gemini-generate': (usage) => countAt(usage, 'totalTokenCount'),
};

function told(client: TextProtocol, usage: Usage): JsonObject {
  const response: CanonicalResponse = {
    id: 'r',
    model: 'm',
    createdAt: 1,
    choices: [{ index: 0, parts: [{ type: 'text', text: 'x' }], stop: 'end', stopSequence: null, logprobs: null }],
    usage,
  };
  const request = PROTOCOLS[client].text?.decodeRequest(INPUTS[client].plain, { model: 'public', stream: false }) ?? assert.fail(client);
  const body: unknown = JSON.parse(
    PROTOCOLS[client].text?.encodeResponse(response, { requestId: 'q', publicModel: 'public', now: 1, framing: 'sse', request }) ?? '',
  );
  return isObject(body) ? body : assert.fail('no object');
}

for (const client of TEXT_PROTOCOLS) {
  test(`${client}: the parts of any usage sum to the total that the client is told, and are read back as they were`, () => {
    fc.assert(
      fc.property(usages, (usage) => {
        const body = told(client, usage);
        assert.equal(TOTALS[client](objectAt(body, client === 'gemini-generate' ? 'usageMetadata' : 'usage')), totalTokens(usage));
        const read = PROTOCOLS[client].readUsage(body) ?? assert.fail('no usage');
        assert.equal(totalTokens(read), totalTokens(usage));
        assert.equal(read.output, usage.output);
      }),
    );
  });

  for (const upstream of TEXT_PROTOCOLS.filter((each) => each !== client)) {
    test(`${upstream} → ${client}: the client is told the provider's total, whole and in a stream`, () => {
      const pair = new Pair(client, upstream);
      const { plain } = INPUTS[client];
      const { answer, stream } = INPUTS[upstream];
      const total = totalTokens(PROTOCOLS[upstream].readUsage(answer) ?? assert.fail('no usage'));
      const body = pair.answer(plain, answer);
      assert.equal(totalTokens(PROTOCOLS[client].readUsage(isObject(body) ? body : {}) ?? assert.fail('no usage')), total);
      const asked = client === 'openai-chat' || client === 'openai-completions' ? { ...plain, stream_options: { include_usage: true } } : plain;
      const frames = pair
        .stream(asked, [Buffer.from(stream)])
        .text.split(/\r?\n/)
        .filter((line) => line.startsWith('data: {'));
      let last: Usage | null = null;
      for (const line of frames) last = PROTOCOLS[client].readEventUsage(JSON.parse(line.slice(6)) as JsonObject, last);
      assert.equal(totalTokens(last ?? assert.fail('no usage in the stream')), total);
    });
  }
}
