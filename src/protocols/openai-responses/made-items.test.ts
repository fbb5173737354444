import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeItems } from './made-items.ts';

const message = { type: 'message', id: 'msg_1', role: 'assistant', content: [] };
const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' };

test('the items of a whole answer are remembered by their ids', () => {
  assert.deepEqual(madeItems.ofAnswer(JSON.stringify({ object: 'response', output: [message, call] })), [
    { id: 'msg_1', item: JSON.stringify(message) },
    { id: 'fc_1', item: JSON.stringify(call) },
  ]);
  assert.deepEqual(madeItems.ofAnswer('{"error":{}}'), []);
});

test('the items of a stream are read from the event that ends it', () => {
  const data = JSON.stringify({ type: 'response.completed', sequence_number: 9, response: { object: 'response', output: [call] } });
  const frames = `event: response.output_item.done\ndata: {"type":"response.output_item.done"}\n\nevent: response.completed\ndata: ${data}\n\n`;
  assert.deepEqual(
    madeItems.ofStreamEnd(frames).map(({ id }) => id),
    ['fc_1'],
  );
  assert.deepEqual(madeItems.ofStreamEnd('event: error\ndata: {"type":"error"}\n\n'), []);
});

test('a reference to a remembered item is replaced by it, any other stays', () => {
  const input = [{ type: 'item_reference', id: 'fc_1' }, { id: 'msg_1' }, { type: 'item_reference', id: 'rs_9' }, { role: 'user', content: 'x' }];
  const put = madeItems.putBack({ model: 'm', input }, (id) => ({ fc_1: JSON.stringify(call), msg_1: JSON.stringify(message) })[id] ?? null);
  assert.deepEqual(put, { model: 'm', input: [call, message, input[2], input[3]] });
  assert.deepEqual(
    madeItems.putBack({ input: 'text' }, () => null),
    { input: 'text' },
  );
});

test('a client that asks not to store anything will name nothing', () => {
  assert.deepEqual([madeItems.isWanted({}), madeItems.isWanted({ store: true }), madeItems.isWanted({ store: false })], [true, true, false]);
});
