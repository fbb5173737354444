import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptLabels, attemptRecord, CALL, exchangeLabels, metricsFor, record, scrape } from '../../test/support/scraped-metrics.ts';

/** The lines of one family, without those about it. */
function linesOf(family: string, lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.startsWith(family) && /^[{_ ]/.test(line.slice(family.length)));
}

test('writes the families of llm-apikey-lb exactly, once for each attempt, under both of their prefixes', async (t) => {
  const metrics = metricsFor({ compat: ['key_lb', 'api_lb'] });
  t.after(() => metrics.stop());
  const { recorder } = metrics;
  const labels = attemptLabels();
  for (const attempt of [attemptRecord({ durationMs: 750 }), attemptRecord({ status: 0, outcome: 'transport', durationMs: 30_000 })]) {
    recorder.attemptStarted(labels);
    recorder.attemptEnded(attempt, labels);
  }
  const lines = await scrape(metrics);
  const key = 'provider="openai-main",key_id="k-1",key_name="First key"';
  const call = `${key},model="gpt-4o-mini",path="${CALL}",method="POST"`;
  for (const prefix of ['llm_key_lb', 'llm_api_lb']) {
    assert.deepEqual(linesOf(`${prefix}_requests_total`, lines), [
      `${prefix}_requests_total{${call},status="200"} 1`,
      `${prefix}_requests_total{${call},status="error"} 1`,
    ]);
    const counts = { 0.05: 0, 0.1: 0, 0.25: 0, 0.5: 0, 1: 1, 2: 1, 5: 1, 10: 1, 20: 1, 40: 2 };
    const family = `${prefix}_request_duration_seconds`;
    assert.deepEqual(
      linesOf(family, lines).toSorted(),
      [
        ...Object.entries({ ...counts, '+Inf': 2 }).map(([le, count]) => `${family}_bucket{le="${le}",${call}} ${count}`),
        `${family}_count{${call}} 2`,
        `${family}_sum{${call}} 30.75`,
      ].toSorted(),
    );
    assert.deepEqual(linesOf(`${prefix}_in_flight`, lines), [`${prefix}_in_flight{${key}} 0`]);
    assert.ok(lines.includes(`# TYPE ${prefix}_requests_total counter`));
    assert.ok(lines.includes(`# TYPE ${family} histogram`));
    assert.ok(lines.includes(`# TYPE ${prefix}_in_flight gauge`));
    assert.ok(lines.includes(`# TYPE ${prefix}_key_cooldown gauge`));
  }
});

test('writes the families of llm-proxy exactly, once for each request', async (t) => {
  const metrics = metricsFor({ compat: ['proxy'] });
  t.after(() => metrics.stop());
  const { recorder } = metrics;
  const usage = {
    input: 100,
    cacheRead: 20,
    cacheWrite: 5,
    output: 50,
    reasoning: 10,
    audioInput: 0,
    audioOutput: 0,
    provenance: 'measured',
  } as const;
  recorder.exchangeStarted(CALL);
  const attempts = [attemptRecord({ status: 503, outcome: 'overloaded', durationMs: 90_000 }), attemptRecord({ durationMs: 1500 })];
  recorder.exchangeEnded(record({ attempts, stream: true, firstByteMs: 250, durationMs: 2250, usage }), exchangeLabels());
  const lines = await scrape(metrics);
  const who = 'model="fast",provider="openai-main"';
  const call = `method="POST",endpoint="${CALL}",${who}`;
  const from = `source="provider",${who}`;
  const expected: Record<string, readonly string[]> = {
    llm_proxy_requests_total: [`llm_proxy_requests_total{${call},status_code="200",api_key_name="Team A"} 1`],
    llm_proxy_request_duration_seconds: histogram(
      'llm_proxy_request_duration_seconds',
      `${call},api_key_name="Team A"`,
      [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120],
      2.25,
    ),
    llm_proxy_active_requests: [`llm_proxy_active_requests{endpoint="${CALL}"} 0`],
    llm_proxy_tokens_total: [
      `llm_proxy_tokens_total{${who},token_type="prompt",api_key_name="Team A"} 125`,
      `llm_proxy_tokens_total{${who},token_type="completion",api_key_name="Team A"} 50`,
      `llm_proxy_tokens_total{${who},token_type="total",api_key_name="Team A"} 175`,
    ],
    llm_proxy_provider_latency_seconds: histogram('llm_proxy_provider_latency_seconds', 'provider="openai-main"', [0.1, 0.5, 1, 2, 5, 10, 30], 1.5),
    llm_proxy_ttft_seconds: histogram('llm_proxy_ttft_seconds', from, [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10], 0.25),
    llm_proxy_tokens_per_second: histogram('llm_proxy_tokens_per_second', from, [1, 5, 10, 20, 50, 100, 200], 25),
    llm_proxy_app_info: ['llm_proxy_app_info{version="1.2.3"} 1'],
  };
  for (const [family, wanted] of Object.entries(expected)) assert.deepEqual(linesOf(family, lines), wanted);
});

/** The lines of a histogram that has seen one value. */
function histogram(family: string, labels: string, bounds: readonly number[], value: number): readonly string[] {
  return [
    ...bounds.map((bound) => `${family}_bucket{le="${bound}",${labels}} ${value <= bound ? 1 : 0}`),
    `${family}_bucket{le="+Inf",${labels}} 1`,
    `${family}_sum{${labels}} ${value}`,
    `${family}_count{${labels}} 1`,
  ];
}
