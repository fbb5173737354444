import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { runMany } from '../support/run-many.ts';
import { waitFor } from '../support/wait-for.ts';

const UPLOAD_BYTES = 20 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 0x61);
const TURNS = 100;
/** Uploads at the same time; two keep two processors busy. */
const AT_A_TIME = 2;
const MOST_TURNS = 10;
const SHED_PAUSE_MS = 1000;

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({ providers: [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }] });
});
after(() => world.close());

interface Upload {
  readonly path: string;
  readonly type: string;
  readonly head: string;
  readonly tail: string;
}

interface Seen {
  readonly status: number;
  readonly text: string;
  /** Body bytes that could be written. */
  readonly sent: number;
}

/** Uploads with pauses for the socket, reads meanwhile, and says what the gateway answered. */
function upload(plan: Upload): Promise<Seen> {
  return new Promise((resolve) => {
    const socket = connect({ port: world.gateway.port, host: '127.0.0.1' });
    let text = '';
    let sent = 0;
    const finish = (): void => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text, sent });
    };
    socket.setTimeout(8000, finish);
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      const length = /content-length: (\d+)/i.exec(text);
      const bodyAt = text.indexOf('\r\n\r\n') + 4;
      if (length !== null && bodyAt > 3 && text.length - bodyAt >= Number(length[1])) finish();
    });
    socket.on('error', () => finish());
    socket.on('close', () => finish());
    const filling = UPLOAD_BYTES - plan.head.length - plan.tail.length;
    socket.write(
      `POST ${plan.path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${TESTER_KEY}\r\ncontent-type: ${plan.type}\r\ncontent-length: ${UPLOAD_BYTES}\r\n\r\n${plan.head}`,
    );
    const pump = (): void => {
      while (!socket.destroyed && sent < filling) {
        const piece = PIECE.subarray(0, Math.min(PIECE.length, filling - sent));
        sent += piece.length;
        if (!socket.write(piece)) return void socket.once('drain', pump);
      }
      if (!socket.destroyed) socket.write(plan.tail);
    };
    pump();
  });
}

/** Asks again while the gateway sheds work, as it says: a machine that is busy with something else is no finding. */
async function whenTaken<Answer extends { readonly status: number; readonly text: string }>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let turn = 1; ; turn += 1) {
    const answer = await ask();
    if (turn === MOST_TURNS || answer.status !== 503 || !answer.text.includes('"overloaded"')) return answer;
    await new Promise((resolve) => setTimeout(resolve, SHED_PAUSE_MS));
  }
}

const UPLOADS: Readonly<Record<string, Upload>> = {
  'a streamed file': { path: '/v1/files', type: 'application/octet-stream', head: '', tail: '' },
  'a form': {
    path: '/v1/files',
    type: 'multipart/form-data; boundary=xx',
    head: '--xx\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n',
    tail: '\r\n--xx--\r\n',
  },
  'a JSON body': {
    path: '/v1/chat/completions',
    type: 'application/json',
    head: '{"model":"m","messages":[{"role":"user","content":"',
    tail: '"}]}',
  },
};

for (const [what, plan] of Object.entries(UPLOADS)) {
  test(`a 413 that the upstream answers at once while ${what} of 20 MiB uploads is seen as 413`, async (t) => {
    world.script({
      rules: [{ early: true, status: 413, body: { error: { message: 'too big for us', type: 'invalid_request_error', code: 'vendor_413' } } }],
    });
    let seen = 0;
    let others = '';
    for (const answer of await runMany(TURNS, AT_A_TIME, () => whenTaken(() => upload(plan)))) {
      if (answer.status === 413 && answer.text.includes('vendor_413')) seen += 1;
      else others += `${answer.status} ${answer.text.slice(-300)}\n`;
    }
    t.diagnostic(`figure: early 413 while ${what} uploads: seen as 413 ${seen} of ${TURNS}`);
    assert.equal(seen, TURNS, others);
    world.script({});
    assert.equal((await whenTaken(() => world.chat('m'))).status, 200, 'the next request is served');
    await waitFor('no exchange under way', async () => (await world.send('/metrics')).text.includes('headgate_inflight 0'));
  });
}

test('informational answers of the upstream are neither the answer nor passed on', async (t) => {
  world.script({ rules: [{ informational: [100, 103, 103] }] });
  let served = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const answer = await whenTaken(() => world.chat('m'));
    if (answer.status === 200 && answer.headers['link'] === undefined) served += 1;
  }
  t.diagnostic(`figure: 100 and 103 of the upstream passed over: ${served} of ${TURNS} answered with 200`);
  assert.equal(served, TURNS);
});
