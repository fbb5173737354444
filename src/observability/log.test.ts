import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { exchangeRecord } from '../../test/support/exchange-records.ts';
import { CanarySecrets } from '../../test/support/secrets.ts';
import { Redactor } from '../security/redactor.ts';
import { createLog, type LogLevel } from './log.ts';

function listen(level: LogLevel = 'info', secrets: readonly string[] = []) {
  const lines: string[] = [];
  const redactor = new Redactor();
  redactor.setSecrets(secrets);
  const log = createLog({ level, redactor, write: (line) => void lines.push(line) });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown>;
  return { log, lines, last };
}

test('writes one JSON object a line with time, level and message', () => {
  const { log, last, lines } = listen();
  log.warn('A sentence.', { provider: 'main', count: 2 });
  const { time, ...rest } = last();
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(rest, { level: 'warn', provider: 'main', count: 2, msg: 'A sentence.' });
  assert.equal(lines[0]?.at(-1), '\n');
});

test('writes named fields only', () => {
  const { log, last } = listen();
  const fields = { provider: 'main', headers: { authorization: 'x' }, apiKey: 'x', body: 'x', status: { nested: 'x' }, time: 'x', level: 'x' };
  log.info('A sentence.', fields as object);
  assert.deepEqual(Object.keys(last()).toSorted(), ['level', 'msg', 'provider', 'time']);
  assert.equal(last()['level'], 'info');
});

test('never splits a line or turns it around, whatever stands in its texts', () => {
  const { log, lines } = listen();
  const hostile = 'a\nb\r\nc\u2028d\u2029e\u0085f\u202eg\u2066h\u001b[31mg\0h{"level":"fatal"}\n{"level":"fatal"}';
  log.error(hostile, { reason: hostile, error: new Error(hostile, { cause: hostile }) });
  assert.equal(lines.length, 1);
  assert.deepEqual(lines[0]?.slice(0, -1).match(/[\0-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g), null);
  assert.equal((JSON.parse(lines[0] ?? '') as { level: string }).level, 'error');
});

test('takes secrets out of messages, fields, errors, stacks and the chain of their causes', () => {
  const canaries = new CanarySecrets();
  const [secret, other] = [canaries.make('known', 'no-known-shape-'), canaries.make('in the cause', 'another-shape-')];
  const { log, lines, last } = listen('info', [secret, other]);
  const cause = Object.assign(new Error(`refused ${other}`), { code: 'E_REFUSED', config: { headers: { authorization: other } } });
  const error = new AggregateError([new Error(`part ${secret}`)], `all failed with ${secret}`, { cause: new TypeError('in between', { cause }) });
  log.error(`A call failed: ${secret}.`, { reason: other, error });
  canaries.assertNoSecret(lines);
  const written = last()['error'] as {
    name: string;
    message: string;
    stack: string;
    errors: { message: string }[];
    cause: { name: string; cause: { message: string; code: string } };
  };
  assert.equal(written.message, 'all failed with [redacted]');
  assert.match(written.stack, /log\.test\.ts/);
  assert.equal(written.errors[0]?.message, 'part [redacted]');
  assert.equal(written.cause.name, 'TypeError');
  assert.deepEqual({ message: written.cause.cause.message, code: written.cause.cause.code }, { message: 'refused [redacted]', code: 'E_REFUSED' });
});

test('describes whatever was thrown, also what refuses to be described', () => {
  const { log, last } = listen();
  const circular = new Error('round');
  circular.cause = circular;
  const hostile = new Error('hostile');
  Object.defineProperty(hostile, 'message', {
    get: () => {
      throw new Error('never');
    },
  });
  const expectations: [unknown, RegExp][] = [
    ['a text', /"message":"a text"/],
    [{ secret: 'x' }, /"message":"\[object Object\]"/],
    [null, /"message":"null"/],
    [Symbol('odd'), /Symbol\(odd\)/],
    [Object.create(null), /\[object Object\]/],
    [circular, /"message":"round"/],
    [hostile, /cannot be described/],
  ];
  for (const [thrown, pattern] of expectations) {
    log.error('A defect.', { error: thrown });
    assert.match(JSON.stringify(last()['error']), pattern);
  }
});

test('cuts very long texts', () => {
  const { log, lines } = listen();
  log.error('x'.repeat(1_000_000));
  assert.ok((lines[0]?.length ?? 0) < 10_000);
});

test('writes an exchange at level debug only, in one line without texts of client or upstream', () => {
  const quiet = listen('info');
  quiet.log.logExchange(exchangeRecord('e-1'));
  assert.equal(quiet.lines.length, 0);
  const { log, last, lines } = listen('debug');
  log.logExchange(exchangeRecord('e-1', { clientRequestId: 'from the client', answeredModel: 'from the upstream' }));
  assert.equal(lines.length, 1);
  const { exchangeId, status, attempts, inputTokens, outputTokens, key } = last();
  assert.deepEqual(
    { exchangeId, status, attempts, inputTokens, outputTokens, key },
    { exchangeId: 'e-1', status: 200, attempts: 1, inputTokens: 120, outputTokens: 50, key: 'k-0123abcd' },
  );
  assert.doesNotMatch(lines[0] ?? '', /from the/);
});

test('takes messages as they are and not as formats', () => {
  const { log, last } = listen();
  log.info('100 %s of %d');
  assert.equal(last()['msg'], '100 %s of %d');
});

test('tells problems at level error, also when it is passed on as a function', () => {
  const { log, last } = listen('error');
  const { problem } = log;
  problem('The disk is full.');
  assert.equal(last()['level'], 'error');
  assert.equal(last()['msg'], 'The disk is full.');
});

test('is silent below its level', () => {
  const { log, lines } = listen('silent');
  log.error('A sentence.');
  log.problem('A sentence.');
  assert.deepEqual(lines, []);
});

test('writes to stderr at once, so that the line before a crash is there', () => {
  const program = `
    import { createLog } from ${JSON.stringify(join(import.meta.dirname, 'log.ts'))};
    createLog({ level: 'info', redactor: { redact: (text) => text } }).error('The last words.');
    process.kill(process.pid, 'SIGKILL');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(stdout, '');
  assert.match(stderr, /"msg":"The last words\."\}\n$/);
});
