import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import type { ProtocolCall } from '../support/protocol-calls.ts';
import { readStream, readWhole, type Told } from '../support/told-answer.ts';
import { TEXT_PIECES, UPSTREAM_ANSWERS, WHOLE_TEXT, type UpstreamAnswer } from '../support/upstream-streams.ts';

/** What an upstream does, and what a client of another protocol must understand of it. */
interface BadAnswer {
  readonly says: string;
  readonly rule: (answer: UpstreamAnswer) => MockRule;
  /** How the call ends: refused before a byte, broken off in the middle, or served. */
  readonly streamed: Ending | ((answer: UpstreamAnswer) => Ending);
  readonly whole: Ending;
  /** Of a stream that is served; the answer's own when absent. */
  readonly text?: string;
  /** How many client protocols ask, where each answer takes its time; all when absent. */
  readonly clients?: number;
}

type Ending = 'refused' | 'broken' | 'served';

const PAGE = '<!doctype html><html><body>\n\nPlease sign in.\n\n</body></html>\n\n';
const JSON_TYPE = { 'content-type': 'application/json' };
const [FIRST, SECOND] = TEXT_PIECES;

/** The frames up to and with so many pieces of text. */
const upTo = ({ frames, textAt }: UpstreamAnswer, pieces: number): readonly string[] => frames.slice(0, textAt + pieces);
const after2 = ({ frames, textAt }: UpstreamAnswer): readonly string[] => frames.slice(textAt + 2);
/** The answer with something between its second and its third piece of text. */
const with2 = (answer: UpstreamAnswer, ...between: readonly string[]): readonly string[] => [...upTo(answer, 2), ...between, ...after2(answer)];
const lengthOf = (frames: readonly string[]): number => Buffer.byteLength(frames.join(''));

/** Bytes that are no UTF-8 inside a piece of text. */
function brokenText(answer: UpstreamAnswer): string {
  const frame = Buffer.from(answer.frameOf('a#b'));
  const at = frame.indexOf('#');
  const bytes = [upTo(answer, 2).join(''), frame.subarray(0, at), Buffer.from([0xff, 0xc3]), frame.subarray(at + 1), after2(answer).join('')];
  return Buffer.concat(bytes.map((part) => Buffer.from(part))).toString('base64');
}

const BAD_ANSWERS: readonly BadAnswer[] = [
  { says: 'a page with status 200', rule: () => ({ raw: PAGE, headers: { 'content-type': 'text/html' } }), streamed: 'refused', whole: 'refused' },
  { says: 'a page that calls itself events', rule: () => ({ raw: PAGE }), streamed: 'refused', whole: 'refused' },
  { says: 'an empty body', rule: () => ({ raw: '', headers: JSON_TYPE }), streamed: 'refused', whole: 'refused' },
  { says: 'an empty stream', rule: () => ({ raw: '' }), streamed: 'refused', whole: 'refused' },
  { says: 'no content', rule: () => ({ status: 204 }), streamed: 'refused', whole: 'refused' },
  {
    says: 'JSON that ends early',
    rule: ({ body }) => ({ raw: JSON.stringify(body).slice(0, -2), headers: JSON_TYPE }),
    streamed: 'refused',
    whole: 'refused',
  },
  { says: 'a list', rule: ({ body }) => ({ raw: JSON.stringify([body]), headers: JSON_TYPE }), streamed: 'refused', whole: 'refused' },
  { says: 'an object of another kind', rule: () => ({ body: { hello: 'world' } }), streamed: 'refused', whole: 'refused' },
  { says: 'an error with status 200', rule: ({ error }) => ({ body: error }), streamed: 'refused', whole: 'refused' },
  { says: 'an error as the first event', rule: ({ errorFrame }) => ({ raw: errorFrame }), streamed: 'refused', whole: 'refused' },
  { says: 'an error after some text', rule: (it) => ({ raw: [...upTo(it, 2), it.errorFrame] }), streamed: 'broken', whole: 'refused' },
  { says: 'a whole answer', rule: ({ body }) => ({ body }), streamed: 'served', whole: 'served' },
  { says: 'a stream', rule: ({ frames }) => ({ raw: frames }), streamed: 'served', whole: 'refused' },
  { says: 'its text before its beginning', rule: textFirst, streamed: 'served', whole: 'refused' },
  {
    says: 'an event of a new kind',
    rule: (it) => ({ raw: with2(it, 'event: surprise\ndata: {"type":"surprise","deep":[1,{"x":null}]}\n\n') }),
    streamed: 'served',
    whole: 'refused',
  },
  { says: 'an event that is no JSON', rule: (it) => ({ raw: with2(it, 'data: {"oops\n\n') }), streamed: 'broken', whole: 'refused' },
  { says: 'an event that is a list', rule: (it) => ({ raw: with2(it, 'data: [1,2]\n\n') }), streamed: 'broken', whole: 'refused' },
  {
    says: 'an event of 300 kB',
    rule: (it) => ({ raw: with2(it, it.frameOf('x'.repeat(300_000))) }),
    streamed: 'served',
    whole: 'refused',
    text: `${FIRST}${SECOND}${'x'.repeat(300_000)}${TEXT_PIECES[2]}`,
  },
  {
    says: 'an event of 9 MB',
    rule: (it) => ({ raw: with2(it, it.frameOf('x'.repeat(9_000_000))) }),
    streamed: 'broken',
    whole: 'refused',
    clients: 2,
  },
  {
    says: 'bytes that are no UTF-8',
    rule: (it) => ({ rawBase64: brokenText(it) }),
    streamed: 'served',
    whole: 'refused',
    text: `${FIRST}${SECOND}a\u{fffd}\u{fffd}b${TEXT_PIECES[2]}`,
  },
  { says: 'no end', rule: (it) => ({ raw: upTo(it, 3) }), streamed: 'broken', whole: 'refused' },
  {
    says: 'no last event',
    rule: ({ frames }) => ({ raw: frames.slice(0, -1) }),
    // OpenAI's mark of the end says nothing that the finish reason did not.
    streamed: ({ protocol }) => (protocol === 'openai-chat' ? 'served' : 'broken'),
    whole: 'refused',
  },
  { says: 'a cut before the first byte', rule: () => ({ cutAfterBytes: 0 }), streamed: 'refused', whole: 'refused' },
  { says: 'a cut in the first event', rule: ({ frames }) => ({ raw: frames, cutAfterBytes: 30 }), streamed: 'refused', whole: 'refused' },
  {
    says: 'a cut inside an event',
    rule: (it) => ({ raw: it.frames, cutAfterBytes: lengthOf(upTo(it, 2)) + 11 }),
    streamed: 'broken',
    whole: 'refused',
  },
  {
    says: 'an orderly end of the connection between two events',
    rule: (it) => ({ raw: it.frames, cutAfterBytes: lengthOf(upTo(it, 2)), cutWith: 'fin' }),
    streamed: 'broken',
    whole: 'refused',
  },
  {
    says: 'a cut in the last event',
    rule: ({ frames }) => ({ raw: frames, cutAfterBytes: lengthOf(frames) - 6 }),
    streamed: 'broken',
    whole: 'refused',
  },
];

function textFirst({ frames, textAt }: UpstreamAnswer): MockRule {
  return { raw: [...frames.slice(textAt, textAt + 3), ...frames.slice(0, textAt), ...frames.slice(textAt + 3)] };
}

const HOWS = ['stream', 'whole'] as const;
type How = (typeof HOWS)[number];

/** Every combination has a model of its own, so that the failures of one do not rest another. */
function modelOf(place: number, { protocol }: UpstreamAnswer, client: ProtocolCall, how: How): string {
  return `m${place}-${protocol}-${client.protocol}-${how}`;
}

/** All protocols that are not the upstream's own. */
function clientsOf({ protocol }: UpstreamAnswer): readonly ProtocolCall[] {
  return PROTOCOL_CALLS.filter((call) => call.protocol !== protocol);
}

function combinations(place: number, answer: UpstreamAnswer): readonly string[] {
  return clientsOf(answer).flatMap((client) => HOWS.map((how) => modelOf(place, answer, client, how)));
}

let world: MockedGateway;

before(async () => {
  const keys = ['sk-upstream-0123456789'];
  world = await MockedGateway.start({
    settings: { maxWaitMs: 0 },
    providers: [
      ...UPSTREAM_ANSWERS.map((answer) => ({
        id: `bad-${answer.protocol}`,
        speaks: [answer.protocol],
        models: [...BAD_ANSWERS.flatMap((_, place) => combinations(place, answer)), 'covered'],
        keys,
      })),
      { id: 'good', speaks: ['openai-chat'], models: ['covered'], priority: 5, keys },
    ],
  });
  const rules = BAD_ANSWERS.flatMap(({ rule }, place) =>
    UPSTREAM_ANSWERS.flatMap((answer) => combinations(place, answer).map((model) => ({ ...rule(answer), match: { model, path: '^/bad-' } }))),
  );
  world.script({ rules: [...rules, { match: { path: '^/bad-' }, raw: PAGE, headers: { 'content-type': 'text/html' } }, {}] });
});
after(() => world.close());

async function call(client: ProtocolCall, model: string, how: How, headers: Record<string, string> = {}): Promise<Told> {
  const path = client.path(model, how === 'stream');
  const body = client.body(model, how === 'stream');
  if (how === 'stream') return readStream(client.protocol, await world.open(path, { body, headers }));
  return readWhole(client.protocol, await world.send(path, { body, headers }));
}

function assertEnding(told: Told, ending: Ending, text: string): void {
  const { status, isFinished, error } = told;
  switch (ending) {
    case 'served':
      assert.deepEqual({ status, isFinished, error, text: told.text }, { status: 200, isFinished: true, error: null, text });
      return;
    case 'refused':
      assert.ok(status >= 500, `status ${status}`);
      assert.deepEqual({ isFinished, text: told.text }, { isFinished: false, text: '' });
      assert.ok(error !== null && error.message !== '');
      return;
    case 'broken':
      assert.deepEqual({ status, isFinished }, { status: 200, isFinished: false });
      assert.ok(error !== null && error.message !== '', 'the break is told');
      assert.ok(told.text.startsWith(FIRST) && WHOLE_TEXT.startsWith(told.text), told.text);
  }
}

for (const [place, { says, rule: _rule, streamed, whole, text = WHOLE_TEXT, clients }] of BAD_ANSWERS.entries()) {
  test(`an upstream of another protocol that answers with ${says}`, async () => {
    await Promise.all(
      UPSTREAM_ANSWERS.map(async (answer) => {
        // One after another: a provider that fails is asked by one request at a time.
        for (const client of clientsOf(answer).slice(0, clients)) await checkPair(answer, client);
      }),
    );
  });

  async function checkPair(answer: UpstreamAnswer, client: ProtocolCall): Promise<void> {
    const ending = typeof streamed === 'string' ? streamed : streamed(answer);
    try {
      assertEnding(await call(client, modelOf(place, answer, client, 'stream'), 'stream'), ending, text);
      assertEnding(await call(client, modelOf(place, answer, client, 'whole'), 'whole'), whole, WHOLE_TEXT);
    } catch (error) {
      throw new Error(`${client.protocol} before ${answer.protocol}: ${String(error)}`, { cause: error });
    }
  }
}

test('where nothing was sent yet, another provider serves', async () => {
  for (const client of PROTOCOL_CALLS) {
    for (const how of HOWS) {
      const told = await call(client, 'covered', how);
      assert.equal(told.status, 200);
      assert.equal(told.headers['x-headgate-provider'], 'good');
      assert.ok(told.isFinished && told.text !== '');
    }
  }
});

test('none of this made the gateway complain or end', async () => {
  const answer = await world.send('/health/ready', { key: null });
  assert.equal(answer.status, 200);
  assert.doesNotMatch(world.gateway.stderr(), /"level":"(?:error|fatal)"|defect/u);
});
