import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { ClientWriter } from './client-writer.ts';

/** An answer whose client reads when the test says so. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  destroyed = false;
  hasRoom = true;
  readonly chunkedEncoding = false;

  write(bytes: Buffer | string): boolean {
    this.written.push(String(bytes));
    return this.hasRoom;
  }
}

function rigOf(): { response: SlowResponse; writer: ClientWriter; calls: string[] } {
  const [response, calls] = [new SlowResponse(), [] as string[]];
  const feed = {
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    blocked: (isBlocked: boolean) => void calls.push(isBlocked ? 'blocked' : 'free'),
  };
  const writer = new ClientWriter(response as unknown as ServerResponse, feed);
  return { response, writer, calls };
}

test('a client that reads gets everything at once', () => {
  const { response, writer, calls } = rigOf();
  writer.write('a');
  writer.write(Buffer.from('b'));
  assert.deepEqual(response.written, ['a', 'b']);
  assert.deepEqual(calls, []);
});

test('a slow client stops the feed, and starts it again when it has read', () => {
  const { response, writer, calls } = rigOf();
  response.hasRoom = false;
  writer.write('a');
  writer.write('b');
  assert.deepEqual(calls, ['pause', 'blocked'], 'once, however much still comes');
  assert.equal(writer.isBlocked, true);
  response.hasRoom = true;
  response.emit('drain');
  assert.deepEqual(calls, ['pause', 'blocked', 'free', 'resume']);
  assert.equal(writer.isBlocked, false);
  assert.equal(response.listenerCount('drain'), 0);
});

test('nothing is written to a client that left, and nothing of nothing', () => {
  const { response, writer } = rigOf();
  writer.write('');
  response.destroyed = true;
  writer.write('a');
  assert.deepEqual(response.written, []);
});
