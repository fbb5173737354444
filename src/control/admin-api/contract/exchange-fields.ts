import { Type } from 'typebox';
import type { Outcome } from '../../../domain/exchange-record.ts';
import { PERIODS } from '../../operations/time-window.ts';

const OUTCOMES = ['ok', 'upstream_error', 'client_gone', 'timeout', 'gateway_error', 'crashed'] as const satisfies readonly Outcome[];

const Word = Type.Optional(Type.String({ minLength: 1, maxLength: 191 }));
const Instant = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 40, description }));

export const WindowFields = {
  from: Instant('Began then or later: epoch ms, or an ISO date or date and time.'),
  before: Instant('Began before: epoch ms, or an ISO date or date and time.'),
};

export const PeriodField = Type.Optional(Type.Enum(PERIODS, { description: 'The latest of it; default 24h. Not together with `from`.' }));

/** What narrows exchanges, but for the time. */
export const NarrowingFields = {
  provider: Word,
  model: Type.Optional(Type.String({ minLength: 1, maxLength: 191, description: 'As the client named it or as the provider does.' })),
  virtualKey: Type.Optional(Type.String({ minLength: 1, maxLength: 191, description: 'Its id; `-`: anonymous callers.' })),
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 191, description: 'The provider key, as `k-1` or `openai/k-1`.' })),
  status: Type.Optional(Type.String({ maxLength: 3, description: 'As `429` or `4xx`.' })),
  outcome: Type.Optional(Type.Enum(OUTCOMES)),
  stream: Type.Optional(Type.Boolean()),
};

export const ExchangeQueryFields = {
  ...WindowFields,
  ...NarrowingFields,
  minDurationMs: Type.Optional(Type.Number({ minimum: 0 })),
  minCostMicroUsd: Type.Optional(Type.Integer({ minimum: 0 })),
  q: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'An id, ours or that which the client sent as x-request-id, or a part of either or of a model name.',
    }),
  ),
};

const Text = Type.Union([Type.String(), Type.Null()]);
const Tokens = Type.Integer();

/** What the holder of a virtual key sees too. */
const OWN_FIELDS = {
  id: Type.String(),
  startedAt: Type.Integer({ description: 'Epoch ms.' }),
  durationMs: Type.Number(),
  firstByteMs: Type.Union([Type.Number(), Type.Null()]),
  status: Type.Integer({ description: 'What the client saw; 0: the process died.' }),
  outcome: Type.Enum(OUTCOMES),
  errorCode: Text,
  protocol: Type.String(),
  endpoint: Type.String(),
  publicModel: Text,
  stream: Type.Boolean(),
  usage: Type.Object({
    input: Tokens,
    cacheRead: Tokens,
    cacheWrite: Tokens,
    output: Tokens,
    reasoning: Tokens,
    audioInput: Tokens,
    audioOutput: Tokens,
    provenance: Type.Enum(['measured', 'estimated', 'missing']),
  }),
  costMicroUsd: Type.Integer(),
  clientRequestId: Text,
};

export const ExchangeSchema = Type.Object({
  ...OWN_FIELDS,
  method: Type.String(),
  provider: Text,
  upstreamModel: Text,
  answeredModel: Text,
  virtualKeyId: Text,
  keyId: Text,
  priceVersion: Text,
  attempts: Type.Array(Type.Record(Type.String(), Type.Unknown()), { description: 'Calls to upstreams in order, each with its key and its end.' }),
  trace: Type.Optional(Type.Unknown({ description: 'How it was decided; in lists with `?trace=true` only.' })),
  revision: Type.Integer({ description: 'Of the configuration that served it.' }),
});

const Next = Type.Union([Type.String(), Type.Null()], { description: '`cursor` of the next page; null: this is the last one.' });

export const ExchangePageSchema = Type.Object({ items: Type.Array(ExchangeSchema), next: Next });
export const OwnExchangePageSchema = Type.Object({ items: Type.Array(Type.Object(OWN_FIELDS)), next: Next });

const Ms = Type.Union([Type.Number(), Type.Null()]);
const Spread = Type.Object({ meanMs: Ms, p50Ms: Ms, p95Ms: Ms }, { description: 'Percentiles to three digits.' });
const Counts = Type.Record(Type.String(), Type.Integer());
const Figures = Type.Object({
  fromMs: Type.Integer(),
  beforeMs: Type.Integer(),
  exchanges: Type.Integer(),
  success: Type.Integer(),
  failure: Type.Integer(),
  successShare: Type.Union([Type.Number(), Type.Null()]),
  tokens: Type.Object({ input: Tokens, cacheRead: Tokens, cacheWrite: Tokens, output: Tokens, reasoning: Tokens, total: Tokens }),
  costMicroUsd: Type.Integer(),
  unpriced: Type.Integer({ description: 'Exchanges whose model had no price.' }),
  duration: Spread,
  firstByte: Spread,
  outcomes: Counts,
  statusClasses: Counts,
  provenance: Type.Object({ measured: Type.Number(), estimated: Type.Number(), missing: Type.Number() }, { description: 'Shares, 0 to 1.' }),
});
export const STATS_FIELDS = { now: Figures, before: Figures };

export const TopMemberSchema = Type.Object({
  id: Text,
  name: Text,
  exchanges: Type.Integer(),
  success: Type.Integer(),
  failure: Type.Integer(),
  tokens: Type.Integer(),
  costMicroUsd: Type.Integer(),
  avgDurationMs: Type.Number(),
  avgFirstByteMs: Ms,
});
