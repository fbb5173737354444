import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';
import { LogRing } from './log-ring.ts';

test('keeps the latest thousand lines in their order', () => {
  const ring = new LogRing();
  assert.deepEqual(ring.lines(), []);
  for (let number = 1; number <= 3; number += 1) ring.add(String(number));
  assert.deepEqual(ring.lines(), ['1', '2', '3']);
  for (let number = 4; number <= 2500; number += 1) ring.add(String(number));
  assert.deepEqual(
    ring.lines(),
    Array.from({ length: 1000 }, (_, index) => String(1501 + index)),
  );
});

test('gets each line as the log writes it, without its secrets, and none below the level', () => {
  const ring = new LogRing();
  const written: string[] = [];
  const redactor = { redact: (text: string): string => text.replaceAll('sk-secret', '***') };
  const log = createLog({ level: 'info', redactor, write: (line) => written.push(line), copy: ring.add });
  log.info('The key sk-secret rests.', { reason: 'sk-secret' });
  log.debug('Not this.');
  assert.deepEqual(ring.lines(), written);
  assert.equal(written.length, 1);
  assert.doesNotMatch(written[0] ?? '', /sk-secret/);
});
