import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../../../test/support/fuzz-runs.ts';
import type { ProtocolName } from '../../domain/protocol.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { readSseEvents } from '../../lib/sse-events.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { StreamMeter } from '../metering/stream-meter.ts';
import { EventRelay, type RelayOptions } from './event-relay.ts';

const SECRET = 'sk-secret-0123456789';

interface Rig {
  readonly relay: EventRelay;
  readonly meter: StreamMeter;
  readonly blocks: string[];
  readonly first: { readonly problem: string | null; readonly event: JsonObject | null; readonly blocksBefore: number }[];
  readonly ends: { readonly end: string; readonly last: string; readonly error: Error | null }[];
  /** All that the client has. */
  readonly sent: () => string;
}

function rigOf(options: Partial<RelayOptions> = {}, protocol: ProtocolName = 'openai-chat'): Rig {
  const meter = new StreamMeter(PROTOCOLS[protocol]);
  const [blocks, first, ends]: [Buffer[], Rig['first'], Rig['ends']] = [[], [], []];
  const relay = new EventRelay(
    { meter, secret: SECRET, hideUsage: false, restoreModel: null, ...options },
    {
      onFirst: (problem, event) => void first.push({ problem, event, blocksBefore: blocks.length }),
      onBlock: (bytes) => {
        assert.equal(ends.length, 0, 'nothing follows the end');
        blocks.push(Buffer.from(bytes));
      },
      onDone: (end, last, error) => {
        if (last !== null) blocks.push(Buffer.from(last));
        ends.push({ end, last: last?.toString() ?? '', error });
      },
    },
  );
  return {
    relay,
    meter,
    first,
    ends,
    get blocks() {
      return blocks.map(String);
    },
    sent: () => Buffer.concat(blocks).toString(),
  };
}

function feed(rig: Rig, bytes: Buffer, sizes: readonly number[] = [bytes.length]): Rig {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    rig.relay.onData(bytes.subarray(at, at + size));
    at += size;
  }
  rig.relay.onEnd();
  return rig;
}

function eventsOf(text: string): string[] {
  const events: string[] = [];
  readSseEvents(Buffer.from(text), (name, data) => void events.push(`${name}|${data.toString()}`));
  return events;
}

const chunk = (content: string, finish: string | null = null): string =>
  JSON.stringify({ object: 'chat.completion.chunk', model: 'upstream-model', choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
const usageChunk = JSON.stringify({
  object: 'chat.completion.chunk',
  model: 'upstream-model',
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
});
const WHOLE = `data: ${chunk('a')}\n\ndata: ${chunk('b', 'stop')}\n\ndata: ${usageChunk}\n\ndata: [DONE]\n\n`;

/** Streams with everything that servers do: line ends of every kind, comments, several data lines, no last line end, a byte order mark. */
const oneEvent = fc.constantFrom(
  [`data: ${chunk('a')}`],
  [`data:${chunk('é🙂日本')}`],
  [`event: x`, `data: ${chunk(`the key is ${SECRET}`)}`],
  [': comment'],
  [': comment', `data: ${chunk('c')}`, 'id: 7'],
  JSON.stringify(JSON.parse(chunk('several lines')) as unknown, null, 1)
    .split('\n')
    .map((text) => `data: ${text}`),
  [`data: ${usageChunk}`],
  ['retry: 100'],
  ['data:'],
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const stream = fc
  .record({
    mark: fc.constantFrom('', '\uFEFF'),
    end: lineEnd,
    events: fc.array(oneEvent, { minLength: 1, maxLength: 10 }),
    isDone: fc.boolean(),
    isOpen: fc.boolean(),
  })
  .map(({ mark, end, events, isDone, isOpen }) => {
    const all = isDone ? [...events, [`data: ${chunk('', 'stop')}`], ['data: [DONE]']] : events;
    const text = mark + all.map((lines) => [...lines, '', ''].join(end)).join('');
    return isOpen ? text.slice(0, -2 * end.length) : text;
  });
const sizes = fc.oneof(fc.constant([1]), fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 20 }));
const options = fc.record({
  hideUsage: fc.boolean(),
  restoreModel: fc.constantFrom(null, { path: ['model'], name: 'public "model"' }),
});

test('however a stream is cut, the client gets the same events, and the meter the same figures', () => {
  fc.assert(
    fc.property(stream, sizes, options, (text, cut, changes) => {
      const whole = feed(rigOf(changes), Buffer.from(text));
      const pieces = feed(rigOf(changes), Buffer.from(text), cut);
      assert.deepEqual(eventsOf(pieces.sent()), eventsOf(whole.sent()));
      assert.deepEqual(
        pieces.ends.map(({ end }) => end),
        whole.ends.map(({ end }) => end),
      );
      assert.deepEqual(
        pieces.first.map(({ problem, event }) => [problem, event]),
        whole.first.map(({ problem, event }) => [problem, event]),
      );
      assert.deepEqual(pieces.meter.usage, whole.meter.usage);
      assert.equal(pieces.meter.textBytes, whole.meter.textBytes);
      assert.equal(pieces.sent().includes(SECRET), false);
    }),
    { numRuns: FUZZ_RUNS * 2 },
  );
});

test('however a stream is cut, its bytes reach the client as they came', () => {
  fc.assert(
    fc.property(stream, sizes, (text, cut) => {
      const clean = text.replaceAll(SECRET, 'nothing secret');
      const whole = feed(rigOf(), Buffer.from(clean));
      const pieces = feed(rigOf(), Buffer.from(clean), cut);
      assert.equal(pieces.sent(), whole.sent());
      const sent = whole.sent();
      assert.ok(sent === clean || sent === `${clean}\n\n` || sent === '', 'only an open last event gets its blank line');
    }),
    { numRuns: FUZZ_RUNS * 2 },
  );
});

test('the first event is not held for the second', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const rig = rigOf();
    rig.relay.onData(Buffer.from(`data: ${chunk('a')}${end}${end}`));
    assert.equal(rig.first[0]?.problem, null);
    assert.equal(rig.blocks.length, 1, JSON.stringify(end));
  }
});

test('nothing is given out before the first event has been looked at', () => {
  const rig = rigOf();
  rig.relay.onData(Buffer.from(`data: ${chunk('a').slice(0, 20)}`));
  assert.deepEqual(rig.first, []);
  rig.relay.onData(Buffer.from(`${chunk('a').slice(20)}\n\n`));
  assert.deepEqual(
    rig.first.map(({ blocksBefore }) => blocksBefore),
    [0],
  );
});

test('comments ahead of the first event pass at once', () => {
  const rig = rigOf();
  rig.relay.onData(Buffer.from(': processing\n\n'));
  assert.equal(rig.sent(), ': processing\n\n');
  assert.deepEqual(rig.first, []);
});

test('a stream that begins with an error is a problem, and nothing of it is given out', () => {
  const rig = feed(rigOf(), Buffer.from(`data: {"error":{"message":"overloaded","type":"server_error"}}\n\n${WHOLE}`));
  assert.equal(rig.first[0]?.problem, 'error-event');
  assert.deepEqual(rig.first[0]?.event?.['error'], { message: 'overloaded', type: 'server_error' });
  assert.equal(rig.sent(), '');
  assert.deepEqual(rig.ends, []);
});

test('a stream that begins with something that is not JSON is a problem', () => {
  for (const data of ['<html>', '[1,2]', '"text"']) assert.equal(feed(rigOf(), Buffer.from(`data: ${data}\n\n`)).first[0]?.problem, 'not-json', data);
});

test('a stream without an event is a problem', () => {
  for (const text of ['', ': only a comment\n\n', 'event: x\n\n'])
    assert.deepEqual(
      feed(rigOf(), Buffer.from(text)).first.map(({ problem }) => problem),
      ['empty'],
    );
  const broken = rigOf();
  broken.relay.onBreak(new Error('reset'));
  assert.equal(broken.first[0]?.problem, 'empty');
});

test('the last bytes are held for the caller, who settles first', () => {
  const rig = rigOf();
  rig.relay.onData(Buffer.from(WHOLE));
  assert.deepEqual(
    rig.ends.map(({ end }) => end),
    ['complete'],
  );
  assert.ok(rig.ends[0]?.last.endsWith('data: [DONE]\n\n'));
  rig.relay.onEnd();
  assert.equal(rig.ends.length, 1);
});

test('what follows [DONE] is not passed on', () => {
  const rig = feed(rigOf(), Buffer.from(WHOLE), [WHOLE.length]);
  rig.relay.onData(Buffer.from(`data: ${chunk('late')}\n\n`));
  assert.equal(rig.sent(), WHOLE);
});

test('a stream that ends after a finish reason is complete, one that ends before it was cut', () => {
  assert.equal(feed(rigOf(), Buffer.from(`data: ${chunk('a', 'stop')}\n\n`)).ends[0]?.end, 'complete');
  assert.equal(feed(rigOf(), Buffer.from(`data: ${chunk('a')}\n\n`)).ends[0]?.end, 'cut');
});

test('half an event never reaches the client when the stream breaks', () => {
  const rig = rigOf();
  rig.relay.onData(Buffer.from(`data: ${chunk('a')}\n\ndata: ${chunk('b').slice(0, 30)}`));
  const error = new Error('reset');
  rig.relay.onBreak(error);
  assert.equal(rig.sent(), `data: ${chunk('a')}\n\n`);
  assert.deepEqual(rig.ends, [{ end: 'cut', last: '', error }]);
  assert.equal(rig.relay.isInsideEvent, false);
});

test('an error event in mid-stream is passed on and ends the stream in order', () => {
  const text = `data: ${chunk('a')}\n\ndata: {"error":{"message":"broken"}}\n\n`;
  const rig = feed(rigOf(), Buffer.from(text));
  assert.equal(rig.sent(), text);
  assert.equal(rig.ends[0]?.end, 'complete');
});

test('the usage chunk that the client did not ask for is hidden, and still counted', () => {
  const rig = feed(rigOf({ hideUsage: true }), Buffer.from(WHOLE), [7]);
  assert.deepEqual(eventsOf(rig.sent()), [`|${chunk('a')}`, `|${chunk('b', 'stop')}`, '|[DONE]']);
  assert.equal(rig.meter.usage?.output, 4);
});

test('figures on a chunk with choices are not hidden', () => {
  const together = JSON.stringify({ ...(JSON.parse(chunk('z', 'stop')) as object), usage: { prompt_tokens: 1, completion_tokens: 1 } });
  assert.ok(
    feed(rigOf({ hideUsage: true }), Buffer.from(`data: ${together}\n\ndata: [DONE]\n\n`))
      .sent()
      .includes('"content":"z"'),
  );
});

test('the name that the client asked for is put back, and nothing else changes', () => {
  const rig = feed(rigOf({ restoreModel: { path: ['model'], name: 'mine' } }), Buffer.from(WHOLE.replaceAll('\n', '\r\n')), [11]);
  assert.equal(rig.sent(), WHOLE.replaceAll('\n', '\r\n').replaceAll('upstream-model', 'mine'));
  assert.equal(rig.meter.answeredModel, 'upstream-model');
});

test('the name is put back in data that stands on several lines', () => {
  const lines = JSON.stringify(JSON.parse(chunk('x')) as unknown, null, 2)
    .split('\n')
    .map((text) => `data: ${text}\n`)
    .join('');
  const rig = feed(rigOf({ restoreModel: { path: ['model'], name: 'mine' } }), Buffer.from(`event: e\n${lines}\n${WHOLE}`), [13]);
  const [first = ''] = eventsOf(rig.sent());
  assert.deepEqual(JSON.parse(first.slice('e|'.length)), { ...(JSON.parse(chunk('x')) as object), model: 'mine' });
});

test('text that looks like the name stays', () => {
  const said = chunk('{"model":"upstream-model"}');
  const rig = feed(rigOf({ restoreModel: { path: ['model'], name: 'mine' } }), Buffer.from(`data: ${said}\n\n`));
  assert.equal(
    (JSON.parse(eventsOf(rig.sent())[0]?.slice(1) ?? '') as { choices: [{ delta: { content: string } }] }).choices[0].delta.content,
    '{"model":"upstream-model"}',
  );
});

test('the name is put back where each protocol has it', () => {
  const anthropic = { type: 'message_start', message: { id: 'm', model: 'upstream-model', usage: { input_tokens: 1, output_tokens: 1 } } };
  const responses = { type: 'response.created', response: { id: 'r', object: 'response', model: 'upstream-model' } };
  for (const [protocol, event] of [
    ['anthropic-messages', anthropic],
    ['openai-responses', responses],
  ] as const) {
    const path = PROTOCOLS[protocol].eventModelPath;
    const rig = feed(
      rigOf({ restoreModel: { path, name: 'mine' } }, protocol),
      Buffer.from(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    );
    assert.equal(rig.sent(), `event: ${event.type}\ndata: ${JSON.stringify(event).replace('upstream-model', 'mine')}\n\n`);
  }
});

test('the provider key never comes back in an event', () => {
  const rig = feed(rigOf(), Buffer.from(`data: ${chunk(`your key ${SECRET}, again ${SECRET}`)}\n\n`), [5]);
  assert.equal(rig.sent().includes(SECRET), false);
  assert.equal(rig.sent().split('[redacted]').length, 3);
});

test('an event of more than 1 MiB passes in pieces, and the events behind it are read', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    for (const size of [1_000_000, 65_536, 17_001]) {
      const text = WHOLE.replace(`data: ${chunk('b', 'stop')}`, `data: ${chunk('x'.repeat(3_000_000))}\n\ndata: ${chunk('b', 'stop')}`).replaceAll(
        '\n',
        end,
      );
      const rig = feed(rigOf({ hideUsage: true }), Buffer.from(text), [size]);
      assert.equal(rig.ends[0]?.end, 'complete', `${JSON.stringify(end)} ${size}`);
      assert.equal(rig.meter.usage?.output, 4);
      assert.deepEqual(
        eventsOf(rig.sent()),
        eventsOf(text).filter((event) => !event.includes('"choices":[]')),
      );
    }
  }
});

test('an event of more than 1 MiB does not carry the provider key out, wherever it is cut', () => {
  const text = `data: ${chunk(`${'x'.repeat(1_200_000)}${SECRET}${'y'.repeat(300_000)}${SECRET}`)}\n\ndata: [DONE]\n\n`;
  for (const size of [100_003, 65_536, 1_200_060]) {
    const rig = feed(rigOf(), Buffer.from(text), [size]);
    assert.equal(rig.sent().includes(SECRET), false);
    assert.equal(rig.sent().length, text.length);
    assert.equal(rig.ends[0]?.end, 'complete');
  }
});

test('while such an event passes, the client stands inside an event', () => {
  const rig = rigOf();
  rig.relay.onData(Buffer.from(`data: "${'x'.repeat(1_100_000)}`));
  assert.equal(rig.relay.isInsideEvent, true);
  assert.equal(rig.first[0]?.problem, null);
  rig.relay.onData(Buffer.from('x"\n\n'));
  assert.equal(rig.relay.isInsideEvent, false);
});

test('a stream whose last event is too long to read is complete all the same', () => {
  const big = JSON.stringify({
    type: 'response.completed',
    response: { id: 'r', output: [{ type: 'image_generation_call', result: 'iVBOR'.repeat(300_000) }] },
  });
  for (const tail of ['\n\n', '\n', '']) {
    const text = `event: response.created\ndata: {"type":"response.created","response":{"id":"r"}}\n\nevent: response.completed\ndata: ${big}${tail}`;
    const rig = feed(rigOf({}, 'openai-responses'), Buffer.from(text), [60_000]);
    assert.equal(rig.ends[0]?.end, 'complete', JSON.stringify(tail));
    assert.deepEqual(eventsOf(rig.sent()), eventsOf(text));
  }
});

test('the time that a long event takes grows with its length, not with its square', () => {
  const relay = (length: number): number => {
    const bytes = Buffer.from(`data: ${chunk('x'.repeat(length))}\n\n`);
    const started = performance.now();
    feed(rigOf(), bytes, [1000]);
    return performance.now() - started;
  };
  relay(50_000);
  const [small, large] = [Math.max(1, relay(60_000)), relay(960_000)];
  assert.ok(large < small * 16 * 20, `16 times the length took ${(large / small).toFixed(0)} times as long`);
});

test('a connection that breaks before the first event is told apart from a stream that ended empty', () => {
  const told: (Error | null)[] = [];
  const makeRelay = (): EventRelay =>
    new EventRelay(
      { meter: new StreamMeter(PROTOCOLS['openai-chat']), secret: '', hideUsage: false, restoreModel: null },
      { onFirst: (_problem, _event, cause) => void told.push(cause), onBlock: () => {}, onDone: () => {} },
    );
  const reset = new Error('reset');
  makeRelay().onBreak(reset);
  makeRelay().onEnd();
  assert.deepEqual(told, [reset, null]);
});

test('what comes behind the last event is not passed on', () => {
  const rig = rigOf();
  rig.relay.onData(Buffer.from('data: {"choices":[{"delta":{"content":"a"}}]}\n\n'));
  rig.relay.onData(Buffer.from('data: [DONE]\n\ndata: {"choices":[{"delta":{"content":"LATE"}}]}\n\n'));
  assert.equal(rig.sent(), 'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n');
  assert.deepEqual(
    rig.ends.map(({ end }) => end),
    ['complete'],
  );
});
