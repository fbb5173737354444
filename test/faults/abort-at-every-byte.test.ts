import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import type { ProtocolCall } from '../support/protocol-calls.ts';
import { readLedger } from '../support/read-ledger.ts';
import { runMany } from '../support/run-many.ts';
import { SseReader } from '../support/sse-reader.ts';
import { waitFor } from '../support/wait-for.ts';

const CUTS = 200;
const AT_A_TIME = 25;
const CHUNKS = 30;
const WORD = 'abcdefghijklmnopqrstuvwxyz-0123456789';
const BAR_MS = 5000;
const DIALECTS = ['openai-chat', 'anthropic-messages', 'gemini-generate', 'openai-responses'];
/** Where each dialect writes a piece of the answer's text. */
const TEXT = /"(?:content|text|delta)":"((?:[^"\\]|\\.)*)"/;

const CALLS = PROTOCOL_CALLS.filter(({ protocol }) => DIALECTS.includes(protocol));

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: CALLS.map(({ protocol }) => ({ id: protocol, models: [protocol], keys: [`sk-${protocol}-12345`] })),
  });
});
after(() => world.close());

interface Cut {
  readonly mark: string;
  /** Text of the whole events that came, in bytes. */
  readonly textBytes: number;
  readonly isComplete: boolean;
  readonly bodyBytes: number;
}

/** Reads exactly so many bytes of the body, then resets the connection. */
function cutAt(call: ProtocolCall, bytes: number, mark: string): Promise<Cut> {
  return new Promise((resolve) => {
    const body = JSON.stringify(call.body(call.protocol, true));
    const socket = connect({ port: world.gateway.port, host: '127.0.0.1' });
    let received = '';
    const finish = (isComplete: boolean): void => {
      socket.resetAndDestroy();
      const whole = bodyOf(received);
      resolve({ mark, ...textOf(call, whole.slice(0, bytes)), isComplete, bodyBytes: whole.length });
    };
    socket.setTimeout(10_000, () => finish(false));
    socket.on('data', (part: Buffer) => {
      received += part.toString('latin1');
      if (!received.includes('\r\n\r\n')) return;
      if (bodyOf(received).length >= bytes) finish(false);
      else if (received.endsWith('0\r\n\r\n')) finish(true);
    });
    socket.on('error', () => undefined);
    socket.write(
      `POST ${call.path(call.protocol, true)} HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${TESTER_KEY}\r\nx-request-id: ${mark}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

/** The body without head and chunk frames. */
function bodyOf(received: string): string {
  let at = received.indexOf('\r\n\r\n') + 4;
  let body = '';
  while (at < received.length) {
    const end = received.indexOf('\r\n', at);
    const size = end === -1 ? 0 : Number.parseInt(received.slice(at, end), 16);
    if (size === 0) break;
    body += received.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
  return body;
}

function textOf(call: ProtocolCall, body: string): { readonly textBytes: number } {
  const reader = new SseReader();
  let textBytes = 0;
  for (const { event, data } of reader.push(Buffer.from(body, 'latin1'))) {
    // The Responses dialect tells its text twice: piece by piece, and once more when it is done.
    if (call.protocol === 'openai-responses' && event !== 'response.output_text.delta') continue;
    textBytes += TEXT.exec(data)?.[1]?.length ?? 0;
  }
  return { textBytes };
}

for (const call of CALLS) {
  test(`${call.protocol}: a client that leaves at any byte is one row with the delivered tokens`, async (t) => {
    // Figures of the upstream come with the last event at best: an abandoned stream has none.
    world.script({ rules: [{ text: WORD, chunks: CHUNKS, intervalMs: 8, omitUsage: true }] });
    const whole = await cutAt(call, Number.MAX_SAFE_INTEGER, `${call.protocol}-whole`);
    assert.equal(whole.isComplete, true);
    const total = whole.bodyBytes;
    const cuts = await runMany(CUTS, AT_A_TIME, (index) => cutAt(call, Math.floor((index * (total - 1)) / (CUTS - 1)), `${call.protocol}-${index}`));
    const leftAt = performance.now();
    const rows = await waitFor(
      'all rows',
      () => {
        const found = readLedger(world.gateway.dataDir).filter((row) => row['publicModel'] === call.protocol);
        return found.length >= CUTS + 1 ? found : null;
      },
      { timeoutMs: BAR_MS, intervalMs: 100 },
    );
    const settledMs = performance.now() - leftAt;
    const byMark = new Map(rows.map((row) => [row['clientRequestId'], row]));
    assert.equal(rows.length, CUTS + 1);
    assert.equal(byMark.size, CUTS + 1);
    let within = 0;
    let withText = 0;
    let mostOver = 0;
    for (const cut of cuts) {
      const tokens = Number(byMark.get(cut.mark)?.['usageOutput']);
      const delivered = cut.textBytes / 4;
      assert.ok(tokens >= Math.floor(delivered), `${cut.mark}: ${tokens} tokens for ${cut.textBytes} bytes of text`);
      if (cut.textBytes === 0) continue;
      withText += 1;
      assert.ok(tokens > 0);
      if (Math.abs(tokens - delivered) <= Math.max(delivered * 0.1, WORD.length / 4)) within += 1;
      mostOver = Math.max(mostOver, tokens - delivered);
    }
    const share = ((within / withText) * 100).toFixed(0);
    t.diagnostic(
      `figure: ${call.protocol}: ${CUTS} cut points over ${total} bytes: ${rows.length - 1} rows within ${settledMs.toFixed(0)} ms, 0 below the delivered text, ` +
        `${share} % within a tenth or one event of it (at most ${mostOver.toFixed(0)} tokens more)`,
    );
    assert.ok(rows.every((row) => row['outcome'] === 'client_gone' || row['outcome'] === 'ok'));
    // What was under way to the client when it left is billed too: at most the whole text.
    assert.ok(mostOver <= (CHUNKS * (WORD.length + 1)) / 4 + 1);
  });
}
