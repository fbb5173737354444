import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { PacedUpstream } from '../support/paced-upstream.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import type { ProtocolCall } from '../support/protocol-calls.ts';
import { readLedger } from '../support/read-ledger.ts';
import type { LedgerRow } from '../support/read-ledger.ts';
import { runMany } from '../support/run-many.ts';
import { SseReader } from '../support/sse-reader.ts';
import { waitFor } from '../support/wait-for.ts';

const CUTS = 200;
/** Where streams flow by themselves, fewer show what is under way. */
const FLOWING_CUTS = 60;
const AT_A_TIME = 20;
/** Each event is a token of four bytes. */
const EVENTS = 60;
const WORD = ' abc';
const EVENT_TOKENS = WORD.length / 4;
const TOLERANCE = 0.1;
const BAR_MS = 5000;
const DIALECTS = ['openai-chat', 'anthropic-messages', 'gemini-generate', 'openai-responses'];
/** Where each dialect writes a piece of the answer's text. */
const TEXT = /"(?:content|text|delta)":"((?:[^"\\]|\\.)*)"/;

const CALLS = PROTOCOL_CALLS.filter(({ protocol }) => DIALECTS.includes(protocol));

let world: MockedGateway;
let paced: PacedUpstream;

before(async () => {
  paced = await PacedUpstream.start();
  world = await MockedGateway.start({
    providers: CALLS.flatMap(({ protocol }) => [
      { id: protocol, models: [protocol], keys: [`sk-${protocol}-12345`] },
      { id: `paced-${protocol}`, models: [`paced-${protocol}`], keys: [`sk-${protocol}-12345`], protocols: { [protocol]: pacedBase(protocol) } },
    ]),
  });
  // Figures of the upstream come with the last event at best: an abandoned stream has none.
  world.script({ rules: [{ text: WORD.repeat(EVENTS), intervalMs: 4, omitUsage: true }] });
});
after(async () => {
  paced.close();
  await world.close();
});

function pacedBase(protocol: string): string {
  return `${paced.origin}/${protocol}/${protocol === 'gemini-generate' ? 'v1beta' : 'v1'}`;
}

/** A client that leaves, and what it had by then. */
interface Cut {
  readonly mark: string;
  /** Text of the whole events within its bytes, in bytes. */
  readonly textBytes: number;
  readonly isComplete: boolean;
  readonly bodyBytes: number;
}

/** Reads exactly so many bytes of the body, then resets the connection. Its mark is its request id and its user agent. */
function cutAt(call: ProtocolCall, model: string, bytes: number, mark: string): Promise<Cut> {
  return new Promise((resolve, reject) => {
    const reader = new CutReader(call, bytes);
    const asked = request(`${world.origin}${call.path(model, true)}`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${TESTER_KEY}`, 'content-type': 'application/json', 'x-request-id': mark, 'user-agent': mark },
    });
    asked.setTimeout(10_000, () => asked.destroy(new Error(`${mark}: nothing came any more`)));
    asked.once('error', reject);
    asked.once('response', (answer) => {
      const finish = (isComplete: boolean): void => {
        asked.off('error', reject).on('error', () => undefined);
        // Not within the callback of the parser: a handle that is reset there keeps Node 26 busy for ever.
        setImmediate(() => asked.socket?.resetAndDestroy());
        resolve({ mark, textBytes: reader.textBytes, isComplete, bodyBytes: reader.bodyBytes });
      };
      answer.on('error', () => undefined);
      answer.on('data', (part: Buffer) => {
        reader.push(part);
        if (reader.bodyBytes >= bytes) finish(false);
        else paced.hasRead(mark, reader.events);
      });
      answer.once('end', () => finish(true));
      if (bytes === 0) finish(false);
    });
    asked.end(JSON.stringify(call.body(model, true)));
  });
}

/** Counts what stands in the first bytes of a body; what came behind them was not read. */
class CutReader {
  readonly #call: ProtocolCall;
  readonly #bytes: number;
  readonly #reader = new SseReader();
  bodyBytes = 0;
  events = 0;
  textBytes = 0;

  constructor(call: ProtocolCall, bytes: number) {
    this.#call = call;
    this.#bytes = bytes;
  }

  push(part: Buffer): void {
    const kept = part.subarray(0, Math.max(0, this.#bytes - this.bodyBytes));
    this.bodyBytes += part.length;
    for (const { event, data } of this.#reader.push(kept)) {
      this.events += 1;
      // The Responses dialect tells its text twice: piece by piece, and once more when it is done.
      if (this.#call.protocol === 'openai-responses' && event !== 'response.output_text.delta') continue;
      this.textBytes += TEXT.exec(data)?.[1]?.length ?? 0;
    }
  }
}

interface CutRows {
  readonly cuts: readonly Cut[];
  readonly totalBytes: number;
  readonly rowOf: (cut: Cut) => LedgerRow | undefined;
  readonly settledMs: number;
}

/** Lets clients leave at evenly spread bytes, and waits for their rows: one each. */
async function cutEverywhere(call: ProtocolCall, model: string, count: number): Promise<CutRows> {
  const whole = await cutAt(call, model, Number.MAX_SAFE_INTEGER, `${model}-whole`);
  assert.equal(whole.isComplete, true);
  assert.equal(whole.textBytes, EVENTS * WORD.length);
  const totalBytes = whole.bodyBytes;
  const cuts = await runMany(count, AT_A_TIME, (index) =>
    cutAt(call, model, Math.floor((index * (totalBytes - 1)) / (count - 1)), `${model}-${index}`),
  );
  const leftAt = performance.now();
  const rows = await waitFor(
    'all rows',
    () => {
      const found = readLedger(world.gateway.dataDir).filter((row) => row['publicModel'] === model);
      return found.length >= count + 1 ? found : null;
    },
    { timeoutMs: BAR_MS, intervalMs: 100 },
  );
  const settledMs = performance.now() - leftAt;
  const byMark = new Map(rows.map((row) => [row['clientRequestId'], row]));
  assert.equal(rows.length, count + 1);
  assert.equal(byMark.size, count + 1);
  assert.ok(rows.every((row) => row['outcome'] === 'client_gone' || row['outcome'] === 'ok'));
  return { cuts, totalBytes, rowOf: ({ mark }) => byMark.get(mark), settledMs };
}

/** Nobody is billed less than the text that reached it. Gives how many of those with text are billed at most a tenth, or one event, more. */
function compareTokens({ cuts, rowOf }: CutRows): { readonly within: number; readonly withText: number; readonly mostOver: number } {
  let within = 0;
  let withText = 0;
  let mostOver = 0;
  for (const cut of cuts) {
    const tokens = Number(rowOf(cut)?.['usageOutput']);
    const delivered = cut.textBytes / 4;
    assert.ok(tokens >= delivered, `${cut.mark}: ${tokens} tokens for ${cut.textBytes} bytes of text`);
    if (cut.textBytes === 0) continue;
    withText += 1;
    if (tokens - delivered <= Math.max(delivered * TOLERANCE, EVENT_TOKENS)) within += 1;
    mostOver = Math.max(mostOver, tokens - delivered);
  }
  return { within, withText, mostOver };
}

function tell(t: TestContext, what: string, rows: CutRows): ReturnType<typeof compareTokens> {
  const compared = compareTokens(rows);
  t.diagnostic(
    `figure: ${what}: ${rows.cuts.length} cut points over ${rows.totalBytes} bytes: a row each within ${rows.settledMs.toFixed(0)} ms, 0 below the delivered text, ` +
      `${compared.within} of ${compared.withText} with text within a tenth or one event of it (at most ${compared.mostOver} tokens more)`,
  );
  return compared;
}

for (const call of CALLS) {
  const { protocol } = call;

  test(`${protocol}: a client that leaves at any byte is one row with the delivered tokens`, async (t) => {
    const model = `paced-${protocol}`;
    paced.stream(protocol, await piecesOf(call));
    const { within, withText, mostOver } = tell(t, `${protocol}, next event when the last is read`, await cutEverywhere(call, model, CUTS));
    assert.equal(within, withText);
    // An event is passed on whole, so whoever leaves inside of one was sent all of it.
    assert.ok(mostOver <= EVENT_TOKENS);
  });

  test(`${protocol}: a client that leaves a flowing stream is one row, and what was under way to it is billed`, async (t) => {
    const { mostOver } = tell(t, `${protocol}, flowing`, await cutEverywhere(call, protocol, FLOWING_CUTS));
    assert.ok(mostOver <= EVENTS * EVENT_TOKENS);
  });
}

/** The events of the whole stream, as the vendor writes them. */
async function piecesOf(call: ProtocolCall): Promise<readonly string[]> {
  const { protocol } = call;
  const answer = await fetch(`${world.mock.origin}/${protocol}${call.path(protocol, true)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(call.body(protocol, true)),
  });
  return (await answer.text()).split(/(?<=\r?\n\r?\n)/);
}
