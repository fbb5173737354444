import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../../test/support/fuzz-runs.ts';
import { firstEventEnd, readSseEvents, wholeEventsLength } from './sse-events.ts';

interface Event {
  readonly name: string;
  readonly data: string;
}

function eventsOf(text: string | Buffer, isStreamStart = true): Event[] {
  const events: Event[] = [];
  readSseEvents(Buffer.from(text), (name, data) => void events.push({ name, data: data.toString() }), isStreamStart);
  return events;
}

/** The standard's algorithm, line by line on text; a last event without its blank line counts. */
function byTheStandard(text: string): Event[] {
  const events: Event[] = [];
  let name = '';
  let data: string[] | null = null;
  const dispatch = (): void => {
    if (data !== null) events.push({ name, data: data.join('\n') });
    name = '';
    data = null;
  };
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    if (line === '') dispatch();
    else if (!line.startsWith(':')) {
      const colon = line.indexOf(':');
      const field = colon === -1 ? line : line.slice(0, colon);
      const content = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') data = [...(data ?? []), content];
      else if (field === 'event') name = content;
    }
  }
  dispatch();
  return events;
}

const line = fc.oneof(
  fc.constantFrom(
    '',
    '',
    'data: {"a":1}',
    'data:x',
    'data',
    'data: ',
    'data:  two',
    ': comment',
    ':',
    'event: name',
    'event:n',
    'id: 7',
    'retry: 10',
    'datafoo: x',
    'data : x',
    'events: x',
    'data: ünï©ødé 🙂',
    'data: a\u2028b\u0085c',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\r\n]/.test(text) && !text.startsWith('\uFEFF')),
);
const stream = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 25 }))
  .map(([mark, lines]) => mark + lines.map(([text, end]) => text + end).join(''));

test('reads every stream as the standard says', () => {
  fc.assert(
    fc.property(stream, (text) => assert.deepEqual(eventsOf(text), byTheStandard(text))),
    { numRuns: FUZZ_RUNS * 4 },
  );
});

test('whole events are cut off behind the last blank line, wherever the bytes were split before', () => {
  fc.assert(
    fc.property(stream, fc.nat(), (text, place) => {
      const bytes = Buffer.from(text);
      const whole = wholeEventsLength(bytes);
      const carriedOver = bytes.subarray(0, place % (bytes.length + 1));
      const searched = wholeEventsLength(carriedOver) === 0 ? carriedOver.length : 0;
      assert.equal(wholeEventsLength(bytes, searched), whole);
      assert.deepEqual([...eventsOf(bytes.subarray(0, whole)), ...eventsOf(bytes.subarray(whole), whole === 0)], eventsOf(text));
    }),
    { numRuns: FUZZ_RUNS * 4 },
  );
});

test('the first event is whole as soon as its blank line is there', () => {
  for (const end of ['\n\n', '\r\n\r\n', '\r\r', '\n\r\n', '\r\n\n']) {
    const first = `data: 1${end}`;
    assert.equal(wholeEventsLength(Buffer.from(first)), first.length, JSON.stringify(end));
    assert.equal(wholeEventsLength(Buffer.from(`${first}data: 2`)), first.length, JSON.stringify(end));
    assert.equal(wholeEventsLength(Buffer.from('data: 1\n')), 0);
  }
});

test('an unfinished event is not whole', () => {
  for (const text of ['', '\n', '\r', '\r\n', 'data: 1', 'data: 1\n', 'data: 1\r\n', ': comment\n', 'data: 1\nevent: x\n'])
    assert.equal(wholeEventsLength(Buffer.from(text)), 0, JSON.stringify(text));
});

test('the ranges of events cover the block without a gap', () => {
  const block = Buffer.from(': hello\n\ndata: 1\n\nevent: x\ndata: 2\r\n\r\ndata: 3\n\n');
  const ranges: string[] = [];
  readSseEvents(block, (_name, _data, start, end) => void ranges.push(block.toString('utf8', start, end)));
  assert.deepEqual(ranges, ['data: 1\n\n', 'event: x\ndata: 2\r\n\r\n', 'data: 3\n\n']);
});

test('a byte order mark means nothing only where the stream begins', () => {
  assert.deepEqual(eventsOf('\uFEFFdata: 1\n\n'), [{ name: '', data: '1' }]);
  assert.deepEqual(eventsOf('\uFEFFdata: 1\n\n', false), []);
});

test('the end of the first event is found, whatever came ahead', () => {
  fc.assert(
    fc.property(stream, fc.nat(), (text, place) => {
      const bytes = Buffer.from(text.replaceAll('\uFEFF', ''));
      const cut = place % (bytes.length + 1);
      const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)];
      fc.pre(head.length > 0 && firstEventEnd(head, 0x20) === -1);
      const expected = firstEventEnd(bytes, 0x20);
      const found = firstEventEnd(tail, head[head.length - 1] ?? 0);
      assert.equal(found === -1 ? -1 : found + cut, expected);
    }),
    { numRuns: FUZZ_RUNS * 2 },
  );
});
