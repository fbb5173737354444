import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Agent } from 'undici';
import { postForm } from './post-form.ts';

async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<{ readonly url: string; readonly agent: Agent }> {
  const server: Server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent();
  t.after(async () => {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?a=1`, agent };
}

test('sends the form and gives status and body, whatever they are', async (t) => {
  const { url, agent } = await serve(t, async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method, headers } = request;
    response.writeHead(400).end(JSON.stringify([method, request.url, headers['content-type'], Buffer.concat(pieces).toString()]));
  });
  const { status, body } = await postForm(agent, url, 'grant_type=x');
  assert.equal(status, 400);
  assert.deepEqual(JSON.parse(body), ['POST', '/token?a=1', 'application/x-www-form-urlencoded', 'grant_type=x']);
});

test('an answer that does not come, breaks off or is too large is none', async (t) => {
  const silent = await serve(t, () => undefined);
  await assert.rejects(postForm(silent.agent, silent.url, '', 20), /took too long/u);
  const broken = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('abc', () => response.destroy());
  });
  await assert.rejects(postForm(broken.agent, broken.url, ''));
  const large = await serve(t, (_, response) => response.end('x'.repeat(100_000)));
  await assert.rejects(postForm(large.agent, large.url, ''), /too large/u);
});
