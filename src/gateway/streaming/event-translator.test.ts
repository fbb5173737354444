import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { EventDecoder } from '../../protocols/translation.ts';
import { EventTranslator, type TranslatorOptions } from './event-translator.ts';

const SECRET = 'sk-secret-0123456789';

/** A protocol in which each event is a list of canonical ones; `last` is its last event. */
class PlainDecoder implements EventDecoder {
  isFinal = false;
  isClosed = false;

  decode(_name: string, data: JsonObject, out: CanonicalEvent[]): void {
    out.push(...((data['means'] ?? []) as CanonicalEvent[]));
    if (data['last'] === true) this.isFinal = true;
  }

  close(out: CanonicalEvent[]): boolean {
    if (!this.isFinal) return false;
    out.push({ type: 'end' });
    return true;
  }
}

/** Writes each event by its type and what it says. */
const encoder = {
  encode: (event: CanonicalEvent): string =>
    `<${event.type}${'text' in event ? ` ${event.text}` : event.type === 'error' ? ` ${event.error.message}` : ''}>`,
};

interface Rig {
  readonly translator: EventTranslator;
  readonly first: (readonly [problem: string | null, event: JsonObject | null])[];
  readonly blocks: string[];
  readonly ends: (readonly [end: string, last: string | null, error: string | null])[];
}

function rigOf(options: Partial<TranslatorOptions> = {}): Rig {
  const [first, blocks, ends]: [Rig['first'], Rig['blocks'], Rig['ends']] = [[], [], []];
  const translator = new EventTranslator(
    { decoder: new PlainDecoder(), encoder, secret: SECRET, mayComment: true, ...options },
    {
      onFirst: (problem, event) => void first.push([problem, event]),
      onBlock: (bytes) => void blocks.push(bytes.toString()),
      onDone: (end, last, error) => void ends.push([end, last?.toString() ?? null, error?.message ?? null]),
    },
  );
  return { translator, first, blocks, ends };
}

const event = (means: readonly CanonicalEvent[], more: object = {}): string => `data: ${JSON.stringify({ means, ...more })}\n\n`;
const text = (words: string): CanonicalEvent => ({ type: 'text', choice: 0, text: words });
const START: CanonicalEvent = { type: 'start', id: 'a', model: 'up', createdAt: null };
const FINISH: CanonicalEvent = { type: 'finish', choice: 0, stop: 'end', stopSequence: null };
const ERROR: CanonicalEvent = { type: 'error', error: { status: 500, kind: 'upstream', code: '', message: 'down' } };

function feed(rig: Rig, ...pieces: readonly string[]): Rig {
  for (const piece of pieces) rig.translator.onData(Buffer.from(piece));
  return rig;
}

test('a stream is looked at once, then told block by block, and its last frames are left to whoever settles', () => {
  const rig = feed(rigOf(), event([START, text('a')]), event([text('b')]) + event([text('c')]), event([FINISH], { last: true }));
  assert.deepEqual(
    rig.first.map(([problem]) => problem),
    [null],
  );
  assert.deepEqual(rig.blocks, ['<start><text a>', '<text b><text c>']);
  assert.deepEqual(rig.ends, [['complete', '<finish><end>', null]]);
});

test('what comes behind the end is not heard', () => {
  const rig = feed(rigOf(), event([START, FINISH], { last: true }), event([text('late')]));
  rig.translator.onEnd();
  rig.translator.onBreak(new Error('reset'));
  assert.deepEqual([rig.blocks, rig.ends.length], [[], 1]);
});

test('a finish is told with the end, so that an answer that breaks off behind it does not look finished', () => {
  const rig = feed(rigOf(), event([START, text('a'), FINISH]));
  assert.deepEqual(rig.blocks, ['<start><text a>']);
  rig.translator.onBreak(new Error('reset'));
  assert.deepEqual(rig.blocks, ['<start><text a>']);
  assert.deepEqual(rig.ends, [['cut', null, 'reset']]);
});

test('an end of the connection before the end of the answer is a break', () => {
  const rig = feed(rigOf(), event([START, text('a')]));
  rig.translator.onEnd();
  assert.deepEqual(rig.ends, [['cut', null, null]]);
});

test('a last event without its blank line counts', () => {
  const rig = feed(rigOf(), event([START, FINISH], { last: true }).trimEnd());
  assert.deepEqual(rig.ends, []);
  rig.translator.onEnd();
  assert.equal(rig.ends[0]?.[0], 'complete');
});

test('an error as the first thing that is said is handed over with nothing given out', () => {
  const rig = feed(rigOf(), event([ERROR], { raw: 1 }), event([text('a')]));
  assert.deepEqual(rig.first, [['error-event', { means: [ERROR], raw: 1 }]]);
  assert.deepEqual([rig.blocks, rig.ends], [[], []]);
});

test('an error behind text is told and ends the stream', () => {
  const rig = feed(rigOf(), event([START, text('a')]), event([ERROR, text('b')]));
  assert.deepEqual(rig.ends, [['complete', '<error down>', null]]);
  assert.deepEqual(rig.translator.error, { message: 'down' });
});

test('what is no JSON object is no stream at the beginning, and a break later', () => {
  for (const bad of ['data: <html>\n\n', 'data: [1]\n\n', 'data: 5\n\n']) {
    assert.deepEqual(feed(rigOf(), bad).first, [['not-json', null]]);
    const late = feed(rigOf(), event([START, text('a')]), event([text('b')]) + bad);
    assert.deepEqual([late.blocks.join(''), late.ends[0]?.[0]], ['<start><text a><text b>', 'cut']);
  }
});

test('an end before anything was said is empty: also behind events that mean nothing, and [DONE] alone', () => {
  for (const pieces of [[], [event([])], ['data: [DONE]\n\n'], ['<html>\n\n'], ['event: x\n\n']]) {
    const rig = feed(rigOf(), ...pieces);
    rig.translator.onEnd();
    assert.deepEqual([rig.first, rig.blocks, rig.ends], [[['empty', null]], [], []], pieces.join());
  }
});

test('a comment of the upstream becomes one of ours, where the client’s stream can hold one', () => {
  assert.deepEqual(feed(rigOf(), ': OPENROUTER PROCESSING\n\n').blocks, [': keep-alive\n\n']);
  assert.deepEqual(feed(rigOf(), 'event: ping\n: hi\n\n').blocks, [': keep-alive\n\n']);
  assert.deepEqual(feed(rigOf({ mayComment: false }), ': OPENROUTER PROCESSING\n\n').blocks, []);
  assert.deepEqual(feed(rigOf(), '<p>: no comment</p>\n\n').blocks, []);
});

test('an event larger than 8 MiB breaks the stream, and is not held', () => {
  const rig = feed(rigOf(), event([START, text('a')]), 'data: ');
  const piece = Buffer.alloc(1024 * 1024, 0x61);
  for (let turn = 0; turn < 12; turn += 1) rig.translator.onData(piece);
  assert.deepEqual(rig.ends, [['cut', null, 'an event is larger than 8 MiB']]);
});

test('the provider key in use is blanked, also where the translation put it together', () => {
  const rig = feed(rigOf(), event([START, text(`it is ${SECRET}.`)]));
  assert.ok(!rig.blocks.join('').includes(SECRET));
  assert.match(rig.blocks.join(''), /it is /u);
});

test('figures, text and the model that answered are read on the way', () => {
  const usage = { ...NO_USAGE, input: 5, output: 2 };
  const rig = feed(
    rigOf(),
    event([START, text('é'), { type: 'usage', usage: NO_USAGE }]),
    event([{ type: 'thinking', choice: 0, text: 'ab' }, { type: 'usage', usage }, FINISH], { last: true }),
  );
  const { answeredModel, textBytes, events } = rig.translator;
  assert.deepEqual({ usage: rig.translator.usage, answeredModel, textBytes, events }, { usage, answeredModel: 'up', textBytes: 4, events: 2 });
});
