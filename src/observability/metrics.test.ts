import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { keyBalancerFamilies, PROXY_FAMILIES } from './metrics/compatible-families.ts';
import { OWN_COUNTED, OWN_READ } from './metrics/own-families.ts';
import { attemptLabels, attemptRecord, CALL, exchangeLabels, metricsFor, record, scrape } from '../../test/support/scraped-metrics.ts';

function play(t: TestContext, compat: readonly ('key_lb' | 'api_lb' | 'proxy')[]) {
  const metrics = metricsFor({ compat });
  t.after(() => metrics.stop());
  return metrics;
}

test('shows every family of its definitions and of those asked for, and no other', async (t) => {
  const names = (families: Readonly<Record<string, { readonly name: string }>>): string[] => Object.values(families).map(({ name }) => name);
  const own = [...names(OWN_COUNTED), ...names(OWN_READ)];
  const shown = async (compat: readonly ('key_lb' | 'api_lb' | 'proxy')[]): Promise<string[]> => {
    const lines = await scrape(play(t, compat));
    return lines.filter((line) => /^# TYPE (?:headgate|llm)_/.test(line)).map((line) => line.split(' ')[2] ?? '');
  };
  assert.deepEqual((await shown([])).toSorted(), own.toSorted());
  const all = [...own, ...names(keyBalancerFamilies('llm_key_lb')), ...names(keyBalancerFamilies('llm_api_lb')), ...names(PROXY_FAMILIES)];
  assert.deepEqual((await shown(['key_lb', 'api_lb', 'proxy'])).toSorted(), all.toSorted());
});

test('shows the metrics of the process as well, in the text format of Prometheus', async (t) => {
  const metrics = play(t, []);
  const lines = await scrape(metrics);
  assert.ok(lines.some((line) => line.startsWith('process_cpu_seconds_total ')));
  assert.ok(lines.some((line) => line.startsWith('nodejs_heap_size_used_bytes ')));
  assert.equal(metrics.contentType, 'text/plain; version=0.0.4; charset=utf-8');
});

test('counts an exchange of two attempts as one request and two attempts', async (t) => {
  const metrics = play(t, ['key_lb', 'proxy']);
  const { recorder } = metrics;
  const first = attemptRecord({ status: 429, outcome: 'rate-limited', durationMs: 40 });
  const second = attemptRecord({ durationMs: 700 });
  recorder.exchangeStarted(CALL);
  for (const [attempt, keyId] of [
    [first, 'k-1'],
    [second, 'k-2'],
  ] as const) {
    recorder.attemptStarted(attemptLabels({ keyId }));
    recorder.attemptEnded(attempt, attemptLabels({ keyId }));
  }
  recorder.exchangeEnded(record({ attempts: [first, second], durationMs: 745 }), exchangeLabels());
  const lines = await scrape(metrics);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('headgate_attempts_total{')),
    [
      'headgate_attempts_total{provider="openai-main",model="gpt-4o-mini",outcome="rate-limited"} 1',
      'headgate_attempts_total{provider="openai-main",model="gpt-4o-mini",outcome="ok"} 1',
    ],
  );
  assert.deepEqual(
    lines.filter((line) => line.startsWith('headgate_exchanges_total{')),
    ['headgate_exchanges_total{protocol="openai-chat",public_model="fast",provider="openai-main",status="200",stream="false"} 1'],
  );
  assert.equal(lines.filter((line) => line.startsWith('llm_key_lb_requests_total{')).length, 2);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('llm_proxy_requests_total{')),
    [`llm_proxy_requests_total{method="POST",endpoint="${CALL}",model="fast",provider="openai-main",status_code="200",api_key_name="Team A"} 1`],
  );
  // 745 − 40 − 700 ms.
  assert.ok(lines.includes('headgate_overhead_seconds_sum 0.005'));
  assert.ok(lines.includes('headgate_overhead_seconds_bucket{le="0.0025"} 0'));
  assert.ok(lines.includes('headgate_overhead_seconds_bucket{le="0.005"} 1'));
});

test('shows what is under way and takes it back at the end, also when the request was refused', async (t) => {
  const metrics = play(t, ['key_lb', 'proxy']);
  const { recorder } = metrics;
  const inFlight = 'llm_key_lb_in_flight{provider="openai-main",key_id="k-1",key_name="First key"}';
  recorder.exchangeStarted(CALL);
  recorder.exchangeStarted(CALL);
  recorder.attemptStarted(attemptLabels());
  const during = await scrape(metrics);
  assert.ok(during.includes('headgate_inflight 2'));
  assert.ok(during.includes(`llm_proxy_active_requests{endpoint="${CALL}"} 2`));
  assert.ok(during.includes(`${inFlight} 1`));
  recorder.attemptEnded(attemptRecord(), attemptLabels());
  recorder.exchangeEnded(record(), exchangeLabels());
  recorder.refused('openai-chat', CALL, 'POST', 401, 'invalid_api_key', 2, exchangeLabels({ provider: 'none', caller: 'anonymous' }));
  const after = await scrape(metrics);
  assert.ok(after.includes('headgate_inflight 0'));
  assert.ok(after.includes(`llm_proxy_active_requests{endpoint="${CALL}"} 0`));
  assert.ok(after.includes(`${inFlight} 0`));
});

test('counts refused requests apart, and calls that the gateway answers by itself not as refused', async (t) => {
  const metrics = play(t, ['proxy']);
  const { recorder } = metrics;
  const labels = exchangeLabels({ provider: 'none', publicModel: 'other', caller: 'anonymous' });
  recorder.exchangeStarted(CALL);
  recorder.refused('openai-chat', CALL, 'POST', 401, 'invalid_api_key', 2, labels);
  recorder.exchangeStarted('/v1/models');
  recorder.refused('openai-chat', '/v1/models', 'GET', 200, 'client_gone', 1, { ...labels, endpoint: '/v1/models', method: 'GET' });
  recorder.limitRejected('requestsPerMinute');
  const lines = await scrape(metrics);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('headgate_refused_total{')),
    [`headgate_refused_total{endpoint="${CALL}",status="401",code="invalid_api_key"} 1`],
  );
  assert.deepEqual(
    lines.filter((line) => line.startsWith('llm_proxy_requests_total{')),
    [
      `llm_proxy_requests_total{method="POST",endpoint="${CALL}",model="other",provider="none",status_code="401",api_key_name="anonymous"} 1`,
      'llm_proxy_requests_total{method="GET",endpoint="/v1/models",model="other",provider="none",status_code="200",api_key_name="anonymous"} 1',
    ],
  );
  assert.ok(lines.every((line) => !line.startsWith('headgate_exchanges_total{')));
  assert.ok(lines.includes('headgate_limit_rejections_total{limit="requestsPerMinute"} 1'));
  assert.ok(lines.includes('headgate_limit_rejections_total{limit="concurrency"} 0'));
});

test('adds up tokens by kind, cost and waiting', async (t) => {
  const metrics = play(t, []);
  const { recorder } = metrics;
  const usage = {
    input: 100,
    cacheRead: 20,
    cacheWrite: 3,
    output: 50,
    reasoning: 10,
    audioInput: 4,
    audioOutput: 5,
    provenance: 'measured',
  } as const;
  for (let count = 0; count < 2; count += 1) {
    recorder.exchangeStarted(CALL);
    recorder.exchangeEnded(record({ usage, costMicroUsd: 45 }), exchangeLabels());
  }
  recorder.waited(300, true);
  recorder.waited(10_000, false);
  const lines = await scrape(metrics);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('headgate_tokens_total{')),
    [
      'headgate_tokens_total{kind="input"} 200',
      'headgate_tokens_total{kind="cache_read"} 40',
      'headgate_tokens_total{kind="cache_write"} 6',
      'headgate_tokens_total{kind="output"} 100',
      'headgate_tokens_total{kind="reasoning"} 20',
      'headgate_tokens_total{kind="audio"} 18',
    ],
  );
  for (const line of [
    'headgate_cost_microusd_total 90',
    'headgate_waited_total{served="true"} 1',
    'headgate_waited_total{served="false"} 1',
    'headgate_waiting_room_wait_seconds_bucket{le="0.25"} 0',
    'headgate_waiting_room_wait_seconds_bucket{le="0.5"} 1',
    'headgate_waiting_room_wait_seconds_bucket{le="10"} 2',
    'headgate_waiting_room_wait_seconds_sum 10.3',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test('times the first token of streams only', async (t) => {
  const metrics = play(t, ['proxy']);
  const { recorder } = metrics;
  for (const stream of [false, true]) {
    recorder.exchangeStarted(CALL);
    recorder.exchangeEnded(record({ stream, firstByteMs: 300, durationMs: 1300, usage: { ...record().usage, output: 30 } }), exchangeLabels());
  }
  const lines = await scrape(metrics);
  assert.ok(lines.includes('headgate_time_to_first_token_seconds_count 1'));
  assert.ok(lines.includes('headgate_time_to_first_token_seconds_sum 0.3'));
  assert.ok(lines.includes('headgate_exchange_duration_seconds_count 2'));
  assert.ok(lines.includes('llm_proxy_ttft_seconds_count{source="provider",model="fast",provider="openai-main"} 1'));
  // 30 tokens in the second after the first byte.
  assert.ok(lines.includes('llm_proxy_tokens_per_second_sum{source="provider",model="fast",provider="openai-main"} 30'));
});

test('reads what others know at the moment of the scrape', async (t) => {
  const status = { lag: 7, bytes: 4096, writeErrors: 2, lost: 1, ledgerErrors: 3, problem: 'The disk is full.' };
  const metrics = metricsFor({ compat: [], waitingRoomDepth: () => 4, journalStatus: () => status, reloadFailures: () => 5 });
  t.after(() => metrics.stop());
  const lines = await scrape(metrics);
  for (const line of [
    'headgate_waiting_room_depth 4',
    'headgate_journal_lag_records 7',
    'headgate_journal_bytes 4096',
    'headgate_journal_errors_total 2',
    'headgate_journal_lost_records_total 1',
    'headgate_ledger_errors_total 3',
    'headgate_config_revision 3',
    'headgate_config_reload_failures_total 5',
  ]) {
    assert.ok(lines.includes(line), line);
  }
  const quantiles = lines.filter((line) => line.startsWith('headgate_event_loop_delay_seconds{')).map((line) => line.split(' '));
  assert.deepEqual(
    quantiles.map(([name]) => /"(.*)"/.exec(name ?? '')?.[1]),
    ['0.5', '0.9', '0.99', 'max'],
  );
  assert.ok(quantiles.every(([, value]) => Number(value) >= 0 && Number(value) < 60));
});

test('the same labels count in one place, whether they are told with one object or with many', async (t) => {
  const metrics = play(t, ['key_lb', 'proxy']);
  const { recorder } = metrics;
  const [ofExchange, ofAttempt] = [exchangeLabels(), attemptLabels()];
  const calls = [
    [ofExchange, ofAttempt],
    [ofExchange, ofAttempt],
    [exchangeLabels(), attemptLabels()],
  ] as const;
  for (const [exchange, attempt] of calls) {
    recorder.exchangeStarted(CALL);
    recorder.attemptStarted(attempt);
    recorder.attemptEnded(attemptRecord(), attempt);
    recorder.exchangeEnded(record(), exchange);
  }
  recorder.exchangeStarted(CALL);
  recorder.attemptStarted(ofAttempt);
  recorder.attemptEnded(attemptRecord({ status: 500, outcome: 'upstream-error' }), ofAttempt);
  recorder.exchangeEnded(record({ status: 500, stream: true }), ofExchange);
  const lines = await scrape(metrics);
  const valuesOf = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${name}{`))
      .map((line) => line.slice(line.lastIndexOf(' ') + 1))
      .toSorted();
  for (const name of ['headgate_exchanges_total', 'headgate_attempts_total', 'llm_key_lb_requests_total'])
    assert.deepEqual(valuesOf(name), ['1', '3'], name);
  assert.deepEqual(valuesOf('llm_key_lb_request_duration_seconds_count'), ['4']);
  assert.deepEqual(valuesOf('llm_key_lb_in_flight'), ['0']);
});

test('holds at most 1,000 label sets a family whatever 10,000 made-up names come, and loses no count', async (t) => {
  const metrics = play(t, ['key_lb', 'api_lb', 'proxy']);
  const { recorder } = metrics;
  for (let index = 0; index < 10_000; index += 1) {
    const name = `name-${index}`;
    const attempt = attemptRecord();
    const ofAttempt = attemptLabels({ model: name, keyId: name, keyName: name });
    const ofExchange = exchangeLabels({ publicModel: name, upstreamModel: name, caller: name, endpoint: `/v1/${name}` });
    recorder.exchangeStarted(ofExchange.endpoint);
    recorder.attemptStarted(ofAttempt);
    recorder.attemptEnded(attempt, ofAttempt);
    recorder.exchangeEnded(record({ stream: true }), ofExchange);
    recorder.exchangeStarted(ofExchange.endpoint);
    recorder.refused('openai-chat', ofExchange.endpoint, 'POST', 400 + (index % 100), 'invalid_request', 1, ofExchange);
  }
  const counts = new Map<string, { sets: number; total: number; others: number }>();
  for (const line of await scrape(metrics)) {
    const parts = /^((?:headgate|llm)_\w+)(\{.*\})? (\S+)$/.exec(line);
    if (parts === null || parts[1]?.endsWith('_bucket') === true || parts[1]?.endsWith('_sum') === true) continue;
    const count = counts.get(parts[1] ?? '') ?? { sets: 0, total: 0, others: 0 };
    count.sets += 1;
    count.total += Number(parts[3]);
    if (parts[2]?.includes('="other"') === true) count.others += Number(parts[3]);
    counts.set(parts[1] ?? '', count);
  }
  for (const [name, { sets }] of counts) assert.ok(sets <= 1000, `${name} has ${sets} label sets`);
  for (const [name, total] of [
    ['headgate_exchanges_total', 10_000],
    ['headgate_attempts_total', 10_000],
    ['headgate_refused_total', 10_000],
    ['llm_key_lb_requests_total', 10_000],
    ['llm_api_lb_request_duration_seconds_count', 10_000],
    ['llm_proxy_requests_total', 20_000],
    ['llm_proxy_request_duration_seconds_count', 20_000],
    ['llm_proxy_tokens_total', 10_000 * (120 + 50 + 170)],
    ['llm_proxy_ttft_seconds_count', 10_000],
  ] as const) {
    assert.equal(counts.get(name)?.total, total, name);
    assert.ok((counts.get(name)?.others ?? 0) > total / 2, `${name} counts under other`);
  }
  assert.equal(counts.get('llm_key_lb_in_flight')?.total, 0);
  assert.equal(counts.get('llm_proxy_active_requests')?.total, 0);
});

test('writes hostile names as label values that stay within their line', async (t) => {
  const metrics = play(t, ['proxy']);
  const { recorder } = metrics;
  recorder.exchangeStarted(CALL);
  recorder.exchangeEnded(record(), exchangeLabels({ caller: 'a"} 1\nheadgate_inflight 99\\\0' }));
  const lines = await scrape(metrics);
  assert.ok(lines.some((line) => line.endsWith(String.raw`api_key_name="a\"} 1\nheadgate_inflight 99\\` + '\ufffd"} 1')));
  assert.ok(!lines.includes('headgate_inflight 99'));
});
