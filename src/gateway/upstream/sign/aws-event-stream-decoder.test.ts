import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { readSseEvents } from '../../../lib/sse-events.ts';
import { AwsEventStreamDecoder } from './aws-event-stream-decoder.ts';

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A text header: length of the name, name, type 7, length of the value, value. */
function textHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}

function frame(headers: readonly Buffer[], payload: string): Buffer {
  const head = Buffer.concat(headers);
  const lengths = Buffer.concat([uint32(16 + head.length + Buffer.byteLength(payload)), uint32(head.length)]);
  const message = Buffer.concat([lengths, uint32(crc32(lengths)), head, Buffer.from(payload)]);
  return Buffer.concat([message, uint32(crc32(message))]);
}

function chunk(event: string): Buffer {
  const headers = [textHeader(':event-type', 'chunk'), textHeader(':content-type', 'application/json'), textHeader(':message-type', 'event')];
  return frame(headers, JSON.stringify({ bytes: Buffer.from(event).toString('base64'), p: 'abcdef' }));
}

function exception(type: string, payload: string): Buffer {
  return frame([textHeader(':exception-type', type), textHeader(':message-type', 'exception')], payload);
}

interface Heard {
  text: string;
  end: 'open' | 'ended' | 'broken';
}

function decode(pieces: readonly Buffer[]): Heard {
  const heard: Heard = { text: '', end: 'open' };
  const decoder = new AwsEventStreamDecoder({
    onData: (bytes) => {
      heard.text += bytes.toString('utf8');
    },
    onEnd: () => {
      heard.end = 'ended';
    },
    onBreak: () => {
      heard.end = 'broken';
    },
  });
  for (const piece of pieces) decoder.onData(piece);
  decoder.onEnd();
  return heard;
}

const START = '{"type":"message_start","message":{"id":"m"}}';
const DELTA = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"é\\n"}}';

test('each frame becomes an event under its own name', () => {
  assert.deepEqual(decode([Buffer.concat([chunk(START), chunk(DELTA)])]), {
    text: `event: message_start\ndata: ${START}\n\nevent: content_block_delta\ndata: ${DELTA}\n\n`,
    end: 'ended',
  });
});

test('an event whose type does not stand first, or that was written over several lines, is one line all the same', () => {
  const { text } = decode([chunk('{\n  "index": 0,\n  "type": "content_block_stop"\n}')]);
  assert.equal(text, 'event: content_block_stop\ndata: {"index":0,"type":"content_block_stop"}\n\n');
});

test('an exception becomes an error event of Anthropic’s kinds', () => {
  const error = (type: string, payload = '{"message":"slow down"}'): unknown => {
    const { text } = decode([exception(type, payload)]);
    const seen: unknown[] = [];
    readSseEvents(Buffer.from(text), (name, data) => seen.push(name, JSON.parse(data.toString())));
    return seen;
  };
  assert.deepEqual(error('throttlingException'), ['error', { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } }]);
  assert.deepEqual(error('ServiceUnavailableException'), ['error', { type: 'error', error: { type: 'overloaded_error', message: 'slow down' } }]);
  assert.deepEqual(error('modelStreamErrorException', 'no json'), [
    'error',
    { type: 'error', error: { type: 'api_error', message: 'The upstream broke the stream off.' } },
  ]);
});

test('a frame that is an error says so in its headers', () => {
  const headers = [textHeader(':message-type', 'error'), textHeader(':error-code', 'InternalFailure'), textHeader(':error-message', 'oh')];
  assert.equal(decode([frame(headers, '')]).text, 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"oh"}}\n\n');
});

test('headers of other types are passed over, and so are events of other kinds', () => {
  const others = [
    Buffer.from([1, 0x61, 0]),
    Buffer.from([1, 0x62, 4, 0, 0, 0, 1]),
    Buffer.concat([Buffer.from([1, 0x63, 6, 0, 3]), Buffer.from('abc')]),
    Buffer.concat([Buffer.from([1, 0x64, 9]), Buffer.alloc(16)]),
  ];
  const rest = [textHeader(':event-type', 'chunk'), textHeader(':message-type', 'event')];
  assert.match(decode([frame([...others, ...rest], JSON.stringify({ bytes: Buffer.from(START).toString('base64') }))]).text, /message_start/u);
  assert.deepEqual(decode([frame([textHeader(':event-type', 'ping'), textHeader(':message-type', 'event')], '{}')]), { text: '', end: 'ended' });
});

test('a damaged byte anywhere breaks the stream, and what came whole before it is given out', () => {
  const good = chunk(START);
  for (let at = 0; at < good.length; at += 1) {
    const damaged = Buffer.from(chunk(DELTA));
    damaged.writeUInt8(damaged.readUInt8(at % damaged.length) ^ 0x01, at % damaged.length);
    assert.deepEqual(decode([good, damaged]), { text: `event: message_start\ndata: ${START}\n\n`, end: 'broken' }, `byte ${at}`);
  }
});

test('an end in the middle of a frame is a break, and nothing is heard after it', () => {
  const bytes = chunk(START);
  assert.deepEqual(decode([bytes.subarray(0, 5)]), { text: '', end: 'broken' });
  assert.deepEqual(decode([bytes.subarray(0, bytes.length - 1)]), { text: '', end: 'broken' });
});

test('a chunk without an event is a break', () => {
  const headers = [textHeader(':event-type', 'chunk'), textHeader(':message-type', 'event')];
  assert.equal(decode([frame(headers, '{}')]).end, 'broken');
});

test('a stream cut at any bytes gives the same events', () => {
  const bytes = Buffer.concat([chunk(START), chunk(DELTA), exception('throttlingException', '{"message":"x"}'), chunk('{"type":"message_stop"}')]);
  const whole = decode([bytes]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      assert.deepEqual(decode(pieces), whole);
    }),
    { numRuns: 200 },
  );
  assert.deepEqual(decode([...bytes].map((byte) => Buffer.from([byte]))), whole);
});
