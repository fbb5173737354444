import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';

import { matchModels } from '../../src/config/model-matcher.ts';
import { matchPath } from '../../src/gateway/http/match-path.ts';
import { buildUpstreamHeaders } from '../../src/gateway/http/upstream-headers.ts';
import { EventRelay } from '../../src/gateway/streaming/event-relay.ts';
import { readSseEvents } from '../../src/lib/sse-events.ts';
import { Redactor } from '../../src/security/redactor.ts';
import { SseReader } from '../support/sse-reader.ts';

/** FUZZ_RUNS=100000 for a long night. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

interface CounterExamples {
  readonly events: readonly string[];
  readonly paths: readonly string[];
  readonly globs: readonly (readonly [string, string])[];
  readonly secrets: readonly (readonly [string, string])[];
}

/** Inputs that once were, or nearly were, counter-examples: they are played before the random ones. */
const saved = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'counter-examples.json'), 'utf8')) as CounterExamples;
const SAVED_EVENTS = saved.events.map((text) => Buffer.from(text, 'base64'));

/** Texts made of the pieces that matter, in any order. */
function textOf(...pieces: readonly string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 4 })), { maxLength: 40 })
    .map((parts) => parts.join(''));
}

const eventBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'data',
          'data:',
          'data: ',
          'event',
          'event: ',
          'id: 1',
          ': ',
          ':',
          ' ',
          '\n',
          '\r',
          '\r\n',
          '\n\n',
          '\r\n\r\n',
          'é',
          '\u{1f600}',
          '\uFEFF',
          '{"a":1}',
          '\0',
        ].map((text) => Buffer.from(text)),
      ),
      fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts));

interface PlainEvent {
  readonly event: string;
  readonly data: string;
}

/** By the reader that the tests trust. */
function eventsByReference(bytes: Buffer): readonly PlainEvent[] {
  const reader = new SseReader();
  return [...reader.push(bytes), ...reader.flush()].map(({ event, data }) => ({ event, data }));
}

test('the event scanner reads any bytes as the standard does', (t) => {
  const agree = (bytes: Buffer): void => {
    const found: PlainEvent[] = [];
    readSseEvents(bytes, (name, data, start, end) => {
      assert.ok(start >= 0 && start < end && end <= bytes.length);
      found.push({ event: name === '' ? 'message' : name, data: data.toString('utf8') });
    });
    assert.deepEqual(found, eventsByReference(bytes));
  };
  SAVED_EVENTS.forEach(agree);
  fc.assert(fc.property(eventBytes, agree), { numRuns: RUNS });
  t.diagnostic(`figure: event scanner against the reference: 0 counter-examples of ${RUNS + SAVED_EVENTS.length}`);
});

const SECRET = 'sk-0123456789abcdef';
const relayOptions = {
  meter: { event: () => undefined, skim: () => undefined, isEnded: true, isFinal: false, error: null },
  secret: SECRET,
  hideUsage: false,
  restoreModel: null,
};

/** What the relay gives out for a stream that comes in pieces of these sizes. */
function relay(bytes: Buffer, sizes: readonly number[]): Buffer {
  const out: Buffer[] = [];
  const relayed = new EventRelay(relayOptions, {
    onFirst: (problem) => assert.equal(problem, null),
    onBlock: (block) => out.push(Buffer.from(block)),
    onDone: (_end, last) => void (last !== null && out.push(Buffer.from(last))),
  });
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    relayed.onData(bytes.subarray(at, at + size));
    at += size;
  }
  relayed.onEnd();
  return Buffer.concat(out);
}

test('the relay gives out the same events for any split of the bytes, and never the secret', (t) => {
  const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
  const withSecret = fc.tuple(eventBytes, eventBytes).map(([a, b]) => Buffer.concat([a, Buffer.from(`\n\ndata: "${SECRET}"\n\n`), b]));
  const agree = (tail: Buffer, sizes: readonly number[]): void => {
    const bytes = Buffer.concat([Buffer.from('data: {}\n\n'), tail]);
    const out = relay(bytes, sizes);
    assert.equal(out.includes(SECRET), false);
    const expected = eventsByReference(bytes).map(({ event, data }) => ({
      event: event.replaceAll(SECRET, '[redacted]'),
      data: data.replaceAll(SECRET, '[redacted]'),
    }));
    assert.deepEqual(eventsByReference(out), expected);
  };
  for (const bytes of SAVED_EVENTS) for (const size of [1, 2, 3, 64]) agree(bytes, [size]);
  fc.assert(fc.property(fc.oneof(eventBytes, withSecret), pieces, agree), { numRuns: RUNS });
  t.diagnostic(`figure: event relay over random splits: 0 counter-examples of ${RUNS + SAVED_EVENTS.length * 4}`);
});

test('whatever a path holds, the matcher does not throw, and what it sends on stays below the base', (t) => {
  const paths = textOf(
    '/',
    '//',
    '..',
    '.',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '\\',
    ';',
    '%00',
    'v1',
    'v1beta',
    'proxy',
    'llm',
    'rest',
    'models',
    ':',
    'generateContent',
    'chat',
    'completions',
    'messages',
    '?',
    '#',
    '%',
    '@',
    'é',
    '\t',
    'x',
  );
  let sentOn = 0;
  const stays = (text: string): void => {
    const path = `/${text}`;
    const match = matchPath(path);
    if (match === null || 'problem' in match || match.local !== null) return;
    sentOn += 1;
    const base = '/some/base';
    const upstream = new URL(`http://upstream${base}${match.suffix}${match.query}`);
    assert.equal(upstream.host, 'upstream');
    assert.ok(upstream.pathname === base || upstream.pathname.startsWith(`${base}/`), `${path} → ${upstream.pathname}`);
    assert.equal(upstream.hash, '');
    assert.doesNotMatch(match.endpoint, /%|\.\./);
  };
  for (const path of saved.paths) stays(path.slice(1));
  const prefixed = fc
    .tuple(fc.constantFrom('', 'v1/', 'v1beta/models/', 'proxy/rest/', 'llm/rest/', 'proxy/rest', 'v1/v1/'), paths)
    .map(([start, rest]) => start + rest);
  fc.assert(fc.property(prefixed, stays), { numRuns: RUNS });
  t.diagnostic(`figure: path matcher: 0 counter-examples of ${RUNS + saved.paths.length} (${sentOn} would be sent on)`);
  assert.ok(sentOn > RUNS / 50);
});

test('the redactor leaves no form of a known secret in any text', (t) => {
  const secretOf = fc
    .string({ minLength: 8, maxLength: 40, unit: 'binary' })
    .filter((secret) => secret.trim().length >= 8 && !'[redacted]'.includes(secret));
  const around = textOf('Bearer ', 'authorization: ', 'key=', '//user:', '@host', 'sk-', '"', '\\', ' ', '\n', '[redacted]', '%2F');
  const clean = (secret: string, before: string, after: string): void => {
    const redactor = new Redactor();
    redactor.setSecrets([secret]);
    const forms = [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)];
    for (const form of forms) {
      const shown = redactor.redact(`${before}${form}${after}`);
      assert.equal(shown.includes(secret), false, shown);
    }
  };
  for (const [secret, text] of saved.secrets) clean(secret, text, text);
  fc.assert(fc.property(secretOf, around, around, clean), { numRuns: RUNS });
  t.diagnostic(`figure: redactor: 0 counter-examples of ${RUNS + saved.secrets.length}`);
});

/** The glob as a regular expression: slow on purpose built text, and therefore for small ones only. */
function matchesByReference(pattern: string, text: string): boolean {
  const escaped = pattern.split('*').map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^]*')}$`).test(text);
}

test('globs of models match as their definition says', (t) => {
  const agree = (pattern: string, text: string): void => {
    const matcher = matchModels([pattern]);
    assert.equal(matcher === null || matcher(text), matchesByReference(pattern, text), JSON.stringify([pattern, text]));
  };
  const small = (...letters: readonly string[]): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((parts) => parts.join(''));
  for (const [pattern, text] of saved.globs) agree(pattern, text);
  fc.assert(fc.property(small('a', 'b', '*', '.', '-'), small('a', 'b', '.', '-', 'c'), agree), { numRuns: RUNS });
  t.diagnostic(`figure: globs against regular expressions: 0 counter-examples of ${RUNS + saved.globs.length}`);
});

const CREDENTIALS = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key', 'x-proxy-key', 'x-admin-token', 'cookie', 'proxy-authorization'];
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
  'x-forwarded-for',
  'forwarded',
  'via',
  'x-headgate-cost',
  'x-llm-provider',
];
const HARMLESS = ['content-type', 'accept', 'user-agent', 'anthropic-beta', 'x-custom', 'accept-encoding', 'x-real'];

test('no credential of the client and no hop-by-hop header is ever sent on, and our own key is sent once', (t) => {
  const casing = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => text.toUpperCase(),
    (text) => text.replace(/^./, (letter) => letter.toUpperCase()),
  );
  const header = fc.oneof(
    fc.tuple(fc.constantFrom(...CREDENTIALS), fc.constant('CLIENT-SECRET')),
    fc.tuple(fc.constantFrom(...HOP_BY_HOP), fc.constant('hop')),
    fc.tuple(fc.constantFrom(...HARMLESS), fc.stringMatching(/^[ -~]{0,20}$/)),
  );
  const plan = fc.record({
    passes: fc.constantFrom('protocol', 'everything', 'nothing-of-the-protocol'),
    authName: fc.constantFrom('authorization', 'x-api-key', 'x-custom', 'x-vendor-key'),
    nominated: fc.subarray([...HARMLESS, 'authorization', 'x-vendor-key']),
  });
  const holds = (
    headers: readonly (readonly [string, string, (text: string) => string])[],
    {
      passes,
      authName,
      nominated,
    }: { passes: 'protocol' | 'everything' | 'nothing-of-the-protocol'; authName: string; nominated: readonly string[] },
  ): void => {
    const connection = nominated.join(', ');
    const rawHeaders = [...headers.flatMap(([name, value, write]) => [write(name), value]), 'Connection', connection];
    const request = { rawHeaders, headers: { connection } } as unknown as IncomingMessage;
    const auth = { in: 'header', name: authName, scheme: 'Bearer' } as const;
    const out = buildUpstreamHeaders(request, {
      constant: { 'x-constant': '1' },
      required: {},
      forward: new Set(['x-custom']),
      auth,
      secret: 'OUR-SECRET',
      passes,
      acceptEncoding: 'identity',
    });
    assert.equal(out.length % 2, 0);
    const pairs = out.flatMap((name, index) => (index % 2 === 0 ? [[name, out[index + 1] ?? ''] as const] : []));
    for (const [name, value] of pairs) {
      assert.equal(name, name.toLowerCase());
      assert.equal(HOP_BY_HOP.includes(name), false, name);
      assert.equal(value.includes('CLIENT-SECRET'), false, name);
    }
    const ours = pairs.filter(([name]) => name === authName);
    assert.deepEqual(ours, [[authName, 'Bearer OUR-SECRET']]);
    assert.equal(pairs.filter(([name]) => name === 'accept-encoding').length, 1);
  };
  const cased = fc.tuple(header, casing).map(([[name, value], write]) => [name, value, write] as const);
  fc.assert(fc.property(fc.array(cased, { maxLength: 20 }), plan, holds), { numRuns: RUNS });
  t.diagnostic(`figure: header builder: 0 counter-examples of ${RUNS}`);
});
