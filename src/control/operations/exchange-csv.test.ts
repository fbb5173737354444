import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublicModel } from '../../domain/ids.ts';
import { exchangeRecord } from '../../../test/support/exchange-records.ts';
import { csvHead, csvLine } from './exchange-csv.ts';

function modelCell(name: string): string {
  const head = csvHead().trimEnd().split(',');
  const marked = csvLine(exchangeRecord('e', { publicModel: name as PublicModel, provider: null, upstreamModel: null, endpoint: 'before' }));
  assert.equal(marked.endsWith('\r\n'), true);
  assert.equal(head.indexOf('publicModel'), head.indexOf('endpoint') + 1);
  return marked.slice(marked.indexOf(',before,') + ',before,'.length, marked.indexOf(',,,gpt-4o-mini-2024-07-18'));
}

test('a line has as many cells as the head, and numbers and times as they are', () => {
  const line = csvLine(exchangeRecord('e-1', { clientRequestId: null }));
  assert.equal(line.split(',').length, csvHead().split(',').length);
  assert.match(line, /^e-1,2026-11-20T12:00:00\.000Z,812\.5,301\.25,200,ok,,openai-chat,POST,/u);
  assert.match(line, /,measured,45,1,,3\r\n$/u);
});

test('what a table program would take for a formula is text', () => {
  for (const first of ['=', '+', '-', '@', '\t']) assert.equal(modelCell(`${first}cmd()`), `'${first}cmd()`);
  assert.equal(modelCell('\rx'), `"'\rx"`);
  assert.equal(modelCell('a=b'), 'a=b');
});

test('quotes are doubled, and commas and line ends stay in their cell', () => {
  assert.equal(modelCell('a"b'), '"a""b"');
  assert.equal(modelCell('a,b'), '"a,b"');
  assert.equal(modelCell('a\nb'), '"a\nb"');
  assert.equal(modelCell('="a"'), `"'=""a"""`);
});
