import type { ExchangeRecord } from '../../domain/exchange-record.ts';

type Cell = string | number | boolean | null;

/** Columns in their order. */
const COLUMNS: Readonly<Record<string, (record: ExchangeRecord) => Cell>> = {
  id: ({ id }) => id,
  startedAt: ({ startedAt }) => new Date(startedAt).toISOString(),
  durationMs: ({ durationMs }) => durationMs,
  firstByteMs: ({ firstByteMs }) => firstByteMs,
  status: ({ status }) => status,
  outcome: ({ outcome }) => outcome,
  errorCode: ({ errorCode }) => errorCode,
  protocol: ({ protocol }) => protocol,
  method: ({ method }) => method,
  endpoint: ({ endpoint }) => endpoint,
  publicModel: ({ publicModel }) => publicModel,
  provider: ({ provider }) => provider,
  upstreamModel: ({ upstreamModel }) => upstreamModel,
  answeredModel: ({ answeredModel }) => answeredModel,
  virtualKeyId: ({ virtualKeyId }) => virtualKeyId,
  keyId: ({ keyId }) => keyId,
  stream: ({ stream }) => stream,
  inputTokens: ({ usage }) => usage.input,
  cacheReadTokens: ({ usage }) => usage.cacheRead,
  cacheWriteTokens: ({ usage }) => usage.cacheWrite,
  outputTokens: ({ usage }) => usage.output,
  reasoningTokens: ({ usage }) => usage.reasoning,
  provenance: ({ usage }) => usage.provenance,
  costMicroUsd: ({ costMicroUsd }) => costMicroUsd,
  attempts: ({ attempts }) => attempts.length,
  clientRequestId: ({ clientRequestId }) => clientRequestId,
  revision: ({ revision }) => revision,
};

export function csvHead(): string {
  return `${Object.keys(COLUMNS).join(',')}\r\n`;
}

export function csvLine(record: ExchangeRecord): string {
  const cells = Object.values(COLUMNS).map((cell) => csvCell(cell(record)));
  return `${cells.join(',')}\r\n`;
}

/** Programs that open tables take some first characters for the beginning of a formula, and model names and ids come from strangers. */
const FORMULA = /^[=+\-@\t\r]/u;
const NEEDS_QUOTES = /[",\r\n]/u;

function csvCell(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
