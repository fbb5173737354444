import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../domain/failure.ts';
import type { FailureHints } from '../../domain/preset.ts';
import { DEFAULT_FAILURE_HINTS } from '../../presets/default-failure-hints.ts';
import { PRESETS } from '../../presets/presets.ts';
import { classifyAnswer, classifyTransportError, firstByteTimeout, malformedAnswer } from './classify-failure.ts';
import { BlockedAddressError } from './connect-guard.ts';

const NOW = 1_000_000_000;

function classify(
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
  hints: Required<FailureHints> = DEFAULT_FAILURE_HINTS,
): Failure {
  return classifyAnswer(status, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), hints, NOW);
}

const kindOf = (...of: Parameters<typeof classify>): string => `${classify(...of).kind} ${classify(...of).scope}`;
const openai = (code: string | null, message = 'no', type = 'x'): object => ({ error: { message, type, param: null, code } });

test('each status is of its kind and about its thing', () => {
  const rows: Readonly<Record<string, readonly number[]>> = {
    'rate-limited key-model': [429],
    'out-of-quota key': [402],
    'auth-rejected key': [401, 403],
    'overloaded provider-model': [503, 529],
    'upstream-error key-model': [500, 501, 502, 504, 520, 599],
    'client-fault none': [400, 404, 405, 406, 408, 409, 410, 411, 413, 415, 418, 422, 424, 451, 499],
    'malformed provider-model': [301, 302, 303, 307, 308],
  };
  for (const [row, statuses] of Object.entries(rows)) for (const status of statuses) assert.equal(kindOf(status), row, String(status));
});

test('a 429 about money is a used-up quota of the key', () => {
  assert.equal(
    kindOf(429, openai('insufficient_quota', 'You exceeded your current quota, please check your plan and billing details.')),
    'out-of-quota key',
  );
  assert.equal(kindOf(429, openai('rate_limit_exceeded', 'Rate limit reached for gpt-x')), 'rate-limited key-model');
});

test('a 429 about the whole account is about the key', () => {
  assert.equal(kindOf(429, openai(null, 'Your account is being throttled')), 'rate-limited key');
});

test('a 403 about the model is about key and model, one about money is a used-up quota', () => {
  assert.equal(kindOf(403, openai(null, 'Project does not have access to model gpt-x')), 'auth-rejected key-model');
  assert.equal(kindOf(403, openai(null, 'Insufficient balance')), 'out-of-quota key');
});

test('a 404 is a missing model only when it says so', () => {
  assert.equal(kindOf(404, openai('model_not_found', 'The model `x` does not exist')), 'model-missing key-model');
  assert.equal(kindOf(404, openai(null, 'No such file')), 'client-fault none');
  assert.equal(kindOf(404, '<html>not found</html>'), 'client-fault none');
});

test('Gemini tells a bad key with 400', () => {
  const body = {
    error: {
      code: 400,
      message: 'API key not valid. Please pass a valid API key.',
      status: 'INVALID_ARGUMENT',
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' }],
    },
  };
  const hints = hintsOf('gemini');
  assert.equal(kindOf(400, body, {}, hints), 'auth-rejected key');
  assert.equal(kindOf(400, [body], {}, hints), 'auth-rejected key', 'stream requests get a list');
});

test("a 400 that quotes the client is the client's fault, whatever is quoted", () => {
  for (const [id] of PRESETS) {
    const hints = hintsOf(id);
    for (const sign of [...hints.keyRejected, ...hints.outOfQuota, ...hints.modelMissing]) {
      for (const body of [
        openai('invalid_value', `Invalid value: '${sign}'. Supported values are: 'user'.`),
        { detail: [{ type: 'literal_error', input: { code: sign, message: sign } }] },
        `Bad Request: ${sign}`,
      ]) {
        assert.equal(kindOf(400, body, {}, hints), 'client-fault none', `${id}: ${sign}`);
      }
    }
  }
});

/** A preset's own signs with the default ones. */
function hintsOf(id: string): Required<FailureHints> {
  return { ...DEFAULT_FAILURE_HINTS, ...PRESETS.get(id)?.failures };
}

/** A body that carries the sign as JSON where it is a piece of that, as its code where it is one word, else as its message. */
function bodyWith(sign: string): string {
  const text = JSON.stringify({ error: { code: sign.includes(' ') ? null : sign.toUpperCase(), message: `${sign} and more` } });
  const pieces = [`{"error":{${sign}}}`, `{"error":{${sign} x"}}`, `{"error":{"code":${sign}}}`, text];
  return pieces.find(isJson) ?? text;
}

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== null;
  } catch {
    return false;
  }
}

for (const [id] of PRESETS) {
  test(`every failure hint of the preset ${id} is understood`, () => {
    const hints = hintsOf(id);
    for (const sign of hints.outOfQuota)
      for (const status of [429, 402, 403]) assert.equal(kindOf(status, bodyWith(sign), {}, hints), 'out-of-quota key', sign);
    const isMoney = (sign: string): boolean => hints.outOfQuota.some((money) => bodyWith(sign).toLowerCase().includes(money.toLowerCase()));
    for (const sign of hints.accountWide)
      assert.equal(kindOf(429, bodyWith(sign), {}, hints), isMoney(sign) ? 'out-of-quota key' : 'rate-limited key', sign);
    for (const sign of hints.modelForbidden)
      assert.equal(kindOf(403, bodyWith(sign), {}, hints), isMoney(sign) ? 'out-of-quota key' : 'auth-rejected key-model', sign);
    for (const sign of hints.modelMissing) assert.equal(kindOf(404, bodyWith(sign), {}, hints), 'model-missing key-model', sign);
    for (const sign of hints.keyRejected) {
      const body = sign.startsWith('"status_code"') ? `{"base_resp":{${sign},"status_msg":"no"}}` : bodyWith(sign);
      assert.equal(kindOf(400, body, {}, hints), 'auth-rejected key', sign);
    }
  });
}

test('a named end goes with what rests, and with nothing else', () => {
  for (const status of [429, 503, 529, 500]) assert.equal(classify(status, '', { 'retry-after': '7' }).retryAtMs, NOW + 7000, String(status));
  for (const status of [400, 401, 404]) assert.equal(classify(status, '', { 'retry-after': '7' }).retryAtMs, undefined, String(status));
  assert.equal(classify(429, '').retryAtMs, undefined);
});

test('a 429 without Retry-After names the end of its used-up window', () => {
  const window = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20s' };
  assert.equal(classify(429, '', window).retryAtMs, NOW + 20_000);
  assert.equal(classify(429, '', { ...window, 'retry-after': '3' }).retryAtMs, NOW + 3000);
  assert.equal(classify(429, openai('insufficient_quota'), window).retryAtMs, undefined, 'money does not come back with the window');
});

test('signs behind 64 KiB are not looked for', () => {
  assert.equal(kindOf(404, `${' '.repeat(65 * 1024)}model_not_found`), 'client-fault none');
});

test('any body may come with any status', () => {
  for (const body of [
    '',
    '<html>',
    '[]',
    'null',
    '{"error":null}',
    '{"error":"text"}',
    '[null]',
    '{"error":{"details":{}}}',
    '\u0000',
    '{"error":{"message":7}}',
  ]) {
    for (const status of [302, 400, 401, 402, 403, 404, 429, 500, 503]) assert.ok(classify(status, body).kind);
  }
});

const failing = (code: string, more: object = {}): Error => Object.assign(new Error('no'), { code, ...more });

test('a call without an answer is a failure of the provider, by its cause', () => {
  const causes: Readonly<Record<string, readonly Error[]>> = {
    refused: [failing('ECONNREFUSED'), failing('EHOSTUNREACH'), new AggregateError([failing('ECONNREFUSED'), failing('ECONNREFUSED')])],
    dns: [failing('ENOTFOUND'), failing('EAI_AGAIN')],
    tls: [
      failing('CERT_HAS_EXPIRED'),
      failing('DEPTH_ZERO_SELF_SIGNED_CERT'),
      failing('ERR_TLS_CERT_ALTNAME_INVALID'),
      failing('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      failing('EPROTO'),
    ],
    'connect-timeout': [failing('UND_ERR_CONNECT_TIMEOUT'), failing('ETIMEDOUT')],
    reset: [failing('ECONNRESET'), failing('EPIPE'), failing('UND_ERR_SOCKET', { cause: failing('ECONNRESET') })],
    'blocked-address': [new BlockedAddressError('no')],
    other: [new Error('no'), failing('HPE_INVALID_CONSTANT')],
  };
  for (const [cause, errors] of Object.entries(causes)) {
    for (const error of errors) {
      const failure = classifyTransportError(error, false);
      assert.deepEqual([failure.kind, failure.scope, failure.cause, failure.ambiguous], ['transport', 'provider', cause, false], error.message);
    }
  }
  assert.equal(classifyTransportError(new Error('outer', { cause: failing('ECONNREFUSED') }), false).cause, 'refused');
});

test('what broke after the whole request was sent is ambiguous, and no failure to connect', () => {
  for (const code of ['ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'EPROTO', 'UND_ERR_SOCKET']) {
    const failure = classifyTransportError(failing(code), true);
    assert.deepEqual([failure.cause, failure.ambiguous], ['reset', true], code);
  }
  assert.equal(firstByteTimeout().ambiguous, true);
});

test('reasons never repeat what the upstream said', () => {
  for (const status of [302, 400, 401, 402, 403, 404, 429, 500, 503]) {
    assert.equal(classify(status, openai('insufficient_quota', 'UPSTREAM-TEXT model_not_found')).reason.includes('UPSTREAM-TEXT'), false);
  }
  assert.equal(
    classifyTransportError(failing('ECONNREFUSED', { message: 'connect ECONNREFUSED 10.1.2.3:80' }), false).reason.includes('10.1.2.3'),
    false,
  );
  assert.equal(malformedAnswer('the answer is none').status, 200);
});

test('a 400 that says of itself that the credit is used up rests the key; one that quotes such words is the client’s', () => {
  const anthropic = PRESETS.get('anthropic')?.failures ?? {};
  const hints = { ...DEFAULT_FAILURE_HINTS, ...anthropic };
  const low = 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.';
  assert.equal(kindOf(400, { type: 'error', error: { type: 'invalid_request_error', message: low } }, {}, hints), 'out-of-quota key');
  assert.equal(kindOf(400, openai(null, `messages.0: unexpected text "${low}"`), {}, hints), 'client-fault none');
});

test('our own lack of file descriptors is nobody else’s failure', () => {
  for (const code of ['EMFILE', 'ENFILE']) {
    const failure = classifyTransportError(Object.assign(new Error('connect'), { code }), false);
    assert.deepEqual([failure.kind, failure.scope, failure.ambiguous], ['transport', 'none', false]);
  }
});
