import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { findClosedPort } from '../support/find-closed-port.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import { quantile } from '../support/quantile.ts';
import { runMany } from '../support/run-many.ts';

const REQUESTS = 100;
const AT_A_TIME = 4;
const MOST_ADDED_MS = 50;
/** No word comes twice in an answer, so that a repeated piece of text shows. */
const TEXT = Array.from({ length: 40 }, (_, index) => `w${index}`).join(' ');

const closedPort = await findClosedPort();
const numbers = Array.from({ length: REQUESTS }, (_, index) => index);
const names = (kind: string): readonly string[] => numbers.map((index) => `${kind}-${index}`);

const KINDS = ['refused', 'refused-stream', 'overloaded', 'overloaded-stream', 'dying'];

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      // A provider that refused rests as a whole: for each request to meet the fault there is one for each.
      ...[...names('refused'), ...names('refused-stream')].map((model) => ({
        id: `no-${model}`,
        models: [model],
        keys: ['sk-refusing-12345'],
        protocols: { 'openai-chat': `http://127.0.0.1:${closedPort}/v1` },
      })),
      { id: 'first', models: [...names('overloaded'), ...names('overloaded-stream'), ...names('dying')], keys: ['sk-first-12345'] },
      { id: 'second', models: ['alone', ...KINDS.flatMap(names)], keys: ['sk-second-12345'], priority: 1 },
    ],
    settings: { retryBudget: { ratio: 1, floor: 1000 } },
  });
});
after(() => world.close());

interface Timed {
  readonly provider: string;
  readonly attempts: string;
  readonly status: number;
  readonly text: string;
  readonly tookMs: number;
}

async function ask(model: string, stream: boolean): Promise<Timed> {
  const startedAt = performance.now();
  const answer = await world.send('/v1/chat/completions', { body: { ...chatBody(model), stream } });
  const { status, text, headers } = answer;
  return {
    provider: String(headers['x-headgate-provider']),
    attempts: String(headers['x-headgate-attempts']),
    status,
    text,
    tookMs: performance.now() - startedAt,
  };
}

const median = (answers: readonly Timed[]): number =>
  quantile(
    answers.map(({ tookMs }) => tookMs),
    0.5,
  );

for (const [kind, fault] of [
  ['refused', 'refuses connections'],
  ['overloaded', 'answers 503'],
] as const) {
  for (const stream of [false, true]) {
    test(`while the first provider ${fault}, the second serves every ${stream ? 'stream' : 'request'}`, async (t) => {
      world.script({ rules: [{ match: { path: '^/first/' }, status: 503 }, { text: TEXT }] });
      const alone = await runMany(REQUESTS, AT_A_TIME, () => ask('alone', stream));
      const answers = await runMany(REQUESTS, AT_A_TIME, (index) => ask(`${kind}${stream ? '-stream' : ''}-${index}`, stream));
      const served = answers.filter(({ status, provider, attempts }) => status === 200 && provider === 'second' && attempts === '2').length;
      const addedMs = median(answers) - median(alone);
      t.diagnostic(
        `figure: first provider ${fault}${stream ? ', streams' : ''}: served by the second ${served} %, ${addedMs.toFixed(1)} ms added (median)`,
      );
      assert.equal(served, REQUESTS);
      assert.ok(addedMs <= MOST_ADDED_MS);
      for (const { text } of answers) assert.equal(repeatedWords(text), 0);
    });
  }
}

test('a stream that dies after its first byte is never begun again elsewhere, and no text comes twice', async (t) => {
  world.script({ rules: [{ match: { path: '^/first/' }, text: TEXT, cutAfterBytes: 3000 }, { text: TEXT }] });
  const known = world.received('second').length;
  const answers = await runMany(REQUESTS, AT_A_TIME, (index) => ask(`dying-${index}`, true));
  const bySecond = world.received('second').length - known;
  const repeats = answers.reduce((sum, { text }) => sum + repeatedWords(text), 0);
  t.diagnostic(
    `figure: first provider dies after the first byte: served by the second ${bySecond} %, ${repeats} repeated words in ${answers.length} streams`,
  );
  assert.equal(bySecond, 0);
  assert.equal(repeats, 0);
  for (const { text, provider } of answers) {
    assert.equal(provider, 'first');
    assert.match(text, /upstream_interrupted/);
    assert.doesNotMatch(text, /\[DONE\]|"finish_reason":"/);
  }
});

function repeatedWords(text: string): number {
  const words = [...text.matchAll(/\bw\d+\b/g)].map(([word]) => word);
  return words.length - new Set(words).size;
}
