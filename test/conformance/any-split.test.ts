import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../support/fuzz-runs.ts';
import { INPUTS, TEXT_PROTOCOLS, type TextProtocol } from './inputs/inputs.ts';
import { Pair } from './translate-pair.ts';

/** With this begins what ends an answer. */
const FINISH: Readonly<Record<TextProtocol, string>> = {
  'openai-chat': '"finish_reason":"',
  'openai-completions': '"finish_reason":"',
  'openai-responses': 'event: response.completed',
  'anthropic-messages': 'event: message_delta',
  'gemini-generate': '"finishReason"',
};

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

for (const upstream of TEXT_PROTOCOLS) {
  const bytes = Buffer.from(INPUTS[upstream].stream);
  const lineEnds = { LF: '\n', CRLF: '\r\n', CR: '\r' };
  for (const client of TEXT_PROTOCOLS.filter((each) => each !== upstream)) {
    const pair = new Pair(client, upstream);
    const { request } = INPUTS[client];
    const whole = pair.stream(request, [bytes]);

    test(`${upstream} → ${client}: a stream is the same in single bytes, in one piece and with any line ends`, () => {
      assert.equal(whole.end, 'complete');
      const single = Array.from(bytes, (byte) => Buffer.from([byte]));
      assert.deepEqual(pair.stream(request, single), whole);
      for (const [name, lineEnd] of Object.entries(lineEnds)) {
        const other = Buffer.from(INPUTS[upstream].stream.replaceAll('\r\n', '\n').replaceAll('\n', lineEnd));
        assert.deepEqual(pair.stream(request, [other]), whole, name);
      }
    });

    test(`${upstream} → ${client}: any split of the bytes gives the same events`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
          assert.deepEqual(pair.stream(request, pieces(bytes, cuts)), whole);
        }),
        { numRuns: Math.ceil(FUZZ_RUNS / 3) },
      );
    });

    test(`${upstream} → ${client}: a stream that is cut before its end is never told as complete`, () => {
      const text = bytes.toString('utf8');
      const finish = text.indexOf(FINISH[upstream]);
      assert.ok(finish > 0);
      for (let end = 1; end < finish; end += 7) {
        const cut = pair.stream(request, [Buffer.from(text.slice(0, end))]);
        assert.notEqual(cut.end, 'complete', `cut at ${end}`);
      }
    });
  }
}
