import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';

import { hasNeeds, reasonAgainstTools } from '../support/machine-needs.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { inMebibytes, residentBytes } from '../support/process-figures.ts';
import { readLedger } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const STREAMS = 4;
const LINE_BYTES = 64 * 1024 * 1024;
const MOST_GROWTH = 128 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 0x78);

/** Streams one event and then a line that never ends; 64 MiB of it. */
const upstream = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(
    'data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\ndata: ',
  );
  let left = LINE_BYTES;
  const pump = (): void => {
    while (left > 0) {
      left -= PIECE.length;
      if (!response.write(PIECE)) return void response.once('drain', pump);
    }
    response.end();
  };
  pump();
});

test('four lines of 64 MiB without an end cost little memory, and each is a broken stream for its client', async (t) => {
  if (!hasNeeds(t, reasonAgainstTools())) return;
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  const world = await MockedGateway.start({
    providers: [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'], protocols: { 'openai-chat': `http://127.0.0.1:${port}/v1` } }],
  });
  try {
    const before = residentBytes(world.gateway.pid);
    let peak = before;
    let isDone = false;
    const watching = (async () => {
      for (; !isDone; await pause(20)) peak = Math.max(peak, residentBytes(world.gateway.pid));
    })();
    const read = async (): Promise<{ readonly bytes: number; readonly tail: string }> => {
      const answer = await world.streamChat('m');
      let bytes = 0;
      let tail = '';
      for await (const part of answer.bytes) {
        bytes += part.length;
        tail = `${tail}${part.subarray(-300).toString('latin1')}`.slice(-300);
      }
      return { bytes, tail };
    };
    const answers = await Promise.all(Array.from({ length: STREAMS }, read));
    isDone = true;
    await watching;
    t.diagnostic(`figure: ${STREAMS} lines of ${LINE_BYTES / 1024 / 1024} MiB at once: resident memory grew by ${inMebibytes(peak - before)} MiB`);
    for (const { bytes, tail } of answers) {
      assert.ok(bytes > LINE_BYTES, `${bytes} bytes were passed on`);
      assert.doesNotMatch(tail, /\[DONE\]|"finish_reason":"/);
    }
    assert.ok(peak - before <= MOST_GROWTH, inMebibytes(peak - before));
    const rows = await waitFor('the rows', () => {
      const found = readLedger(world.gateway.dataDir);
      return found.length === STREAMS ? found : null;
    });
    assert.deepEqual(new Set(rows.map((row) => row['outcome'])), new Set(['upstream_error']));
  } finally {
    upstream.close();
    upstream.closeAllConnections();
    await world.close();
  }
});
