import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { readLedger } from '../support/read-ledger.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';
import { waitFor } from '../support/wait-for.ts';

const SEPARATORS = ['\n', '\r\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f', '\0', '\u001b[2K\u001b[1A', '\b\b\b', '\u202e', '\u2066'];
/** What somebody would like to see as a line of its own, in the log, in the metrics, or on a page. */
const FORGERIES = [
  '{"level":"info","time":"2026-01-01T00:00:00.000Z","msg":"FORGED"}',
  'headgate_requests_total{forged="FORGED"} 1',
  'data: FORGED',
  '<script>alert("FORGED")</script>',
  '"},{"level":"fatal","msg":"FORGED',
];
const PAYLOADS = SEPARATORS.flatMap((separator) => FORGERIES.map((forgery) => `x${separator}${forgery}${separator}`));

test('no text of a client or an upstream begins a line of its own in the log or the metrics, or reaches a page', async (t) => {
  const world = await MockedGateway.start({
    providers: [{ id: 'vendor', keys: ['sk-vendor-12345'] }],
    env: { LOG_LEVEL: 'trace' },
    settings: { maxWaitMs: 0, retryBudget: { ratio: 1, floor: 10_000 } },
  });
  try {
    let asked = 0;
    for (const payload of PAYLOADS) {
      const message = { role: 'user', content: payload };
      world.script({
        rules: [
          { status: 500, body: { error: { message: payload, type: payload, code: payload } }, headers: { 'x-note': encodeURIComponent(payload) } },
        ],
      });
      const answers = [
        await world.chat('m', { body: { model: payload, messages: [message] } }),
        await world.chat('m', { key: encodeURIComponent(payload), body: { model: 'm', messages: [message] } }),
        await world.send(`/v1/chat/completions?note=${encodeURIComponent(payload)}`, {
          body: { model: `model-${asked}`, messages: [message] },
          headers: {
            'x-request-id': encodeURIComponent(payload),
            'user-agent': encodeURIComponent(payload),
            'x-session-id': encodeURIComponent(payload),
          },
        }),
        await world.send(`/v1/${encodeURIComponent(payload)}`, { method: 'GET' }),
        await world.send(`/proxy/${encodeURIComponent(payload)}/x`, { method: 'GET' }),
      ];
      asked += answers.length;
      for (const { headers, status } of answers) {
        assert.match(String(headers['content-type']), /^application\/json/, `${status}: no browser takes it for a page`);
      }
    }
    await sendBrokenLines(world.gateway.port);
    await waitFor('the rows', () => readLedger(world.gateway.dataDir).length >= PAYLOADS.length);
    const metrics = (await world.send('/metrics')).text;
    await world.gateway.stop();
    const lines = world.gateway
      .stderr()
      .split('\n')
      .filter((line) => line !== '');
    const forged = lines.filter((line) => !isOwnLine(line));
    t.diagnostic(
      `figure: ${PAYLOADS.length} payloads in ${asked} requests: ${forged.length} of ${lines.length} lines of the log are split or forged`,
    );
    assert.deepEqual(forged, []);
    assert.ok(lines.length > PAYLOADS.length, 'the log says much at this level');
    assert.doesNotMatch(metrics, /FORGED/);
  } finally {
    await world.close();
  }
});

/** The same without a program in between that would not send it. */
async function sendBrokenLines(port: number): Promise<void> {
  for (const separator of ['\r', '\n', '\0', '\v']) {
    const head = `GET /v1/models${separator}FORGED HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${TESTER_KEY}\r\n\r\n`;
    await sendRawBytes({ port, writes: [head], quietMs: 300 });
    await sendRawBytes({ port, writes: [`GET /v1/models HTTP/1.1\r\nhost: g\r\nx-request-id: a${separator}FORGED\r\n\r\n`], quietMs: 300 });
  }
}

/** A line of JSON that the gateway began itself, without a character that a terminal or a reader would act on. */
function isOwnLine(line: string): boolean {
  if (/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(line)) return false;
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === 'string' && msg !== 'FORGED';
  } catch {
    return false;
  }
}
