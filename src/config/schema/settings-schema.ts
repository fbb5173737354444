import { Type } from 'typebox';
import { CLOSED, FIELD } from './field-types.ts';

const MAX_BODY_BYTES = 1024 ** 3;
const MAX_STREAMED_BODY_BYTES = 1024 ** 4;
const TRANSLATION_POLICIES = ['strict', 'prefer-native', 'lossy'] as const;

const BreakerSchema = Type.Object(
  {
    share: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Share of failures that opens. Default 0.5.' })),
    minimum: Type.Optional(FIELD.count('Requests in the window before the share counts. Default 10.')),
    windowSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600, description: 'Length of the window. Default 30.' })),
    inARow: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Failures in a row that open at once. Default 5.' })),
    openSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, description: 'First opening. Default 15.' })),
    maxOpenSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, description: 'Longest opening. Default 300.' })),
    closeAfter: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Successes that close. Default 2.' })),
    slowStartSeconds: Type.Optional(FIELD.count('How long the weight grows back after the closing; 0: at once. Default 30.', 3600)),
  },
  CLOSED,
);

const DrainSchema = Type.Object(
  {
    mode: Type.Optional(
      Type.Enum(['cancel', 'drain'], {
        description: 'When the client leaves a stream: end the upstream call, or read on for its figures. Default cancel.',
      }),
    ),
    drainSeconds: Type.Optional(FIELD.count('How long the rest of an abandoned answer is read. Default 0.', 3600)),
  },
  CLOSED,
);

/** Behaviour of the whole gateway; each absent field has a default. */
export const SettingsSchema = Type.Object(
  {
    allowAnonymous: Type.Optional(FIELD.flag('Serve requests without a virtual key. Default false.')),
    maxWaitMs: Type.Optional(FIELD.durationMs('Longest stay in the waiting room. Default 10000.', 0)),
    maxWaiting: Type.Optional(FIELD.count('Requests in the waiting room. Default 1000.', 1_000_000)),
    translation: Type.Optional(
      Type.Enum(TRANSLATION_POLICIES, {
        description:
          'Requests to providers that do not speak the client’s protocol. strict: refused when anything would be lost; prefer-native: wishes may be lost and are told, substance never; lossy: everything is tried. Default prefer-native.',
      }),
    ),
    maxAttempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Upstream calls of one request. Default 6.' })),
    retryBudget: Type.Optional(
      Type.Object(
        {
          ratio: Type.Optional(
            Type.Number({ minimum: 0, maximum: 1, description: 'Retries as a share of a provider’s requests in 10 s. Default 0.2.' }),
          ),
          floor: Type.Optional(FIELD.count('Retries that are always allowed. Default 10.')),
        },
        CLOSED,
      ),
    ),
    retryAmbiguous: Type.Optional(Type.Enum(['once', 'never'], { description: 'When an answer may have been lost. Default once.' })),
    suspendAfter: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Rejections of a key in a row that suspend it. Default 3.' })),
    suspendedProbeSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 86_400, description: 'How often a suspended key is tried with a real request. Default 600.' }),
    ),
    breaker: Type.Optional(BreakerSchema),
    drainDelayMs: Type.Optional(FIELD.durationMs('From the stop signal until no connection is taken. Default 0.', 0)),
    drainTimeoutMs: Type.Optional(FIELD.durationMs('For open exchanges at a stop. Default 600000.', 0)),
    answerHeaders: Type.Optional(FIELD.flag('Send x-headgate-* headers. Default true.')),
    onAbort: Type.Optional(DrainSchema),
    maxBodyBytes: Type.Optional(Type.Integer({ minimum: 1024, maximum: MAX_BODY_BYTES, description: 'JSON bodies. Default 33554432.' })),
    maxStreamedBodyBytes: Type.Optional(
      Type.Integer({ minimum: 1024, maximum: MAX_STREAMED_BODY_BYTES, description: 'Bodies that are streamed through. Default 1073741824.' }),
    ),
    retentionDays: Type.Optional(
      Type.Object(
        {
          exchanges: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500, description: 'Rows of the ledger. Default 30.' })),
          bodies: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500, description: 'Bodies of requests and answers. Default 3.' })),
        },
        CLOSED,
      ),
    ),
    journal: Type.Optional(
      Type.Object(
        { flushMs: Type.Optional(FIELD.durationMs('How often written records are handed to the ledger; read at the start. Default 200.')) },
        CLOSED,
      ),
    ),
    prices: Type.Optional(Type.Object({ source: Type.Optional(Type.Literal('bundled', { description: 'Where prices come from.' })) }, CLOSED)),
  },
  CLOSED,
);
