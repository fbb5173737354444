import { Type } from 'typebox';
import { CLOSED, FIELD } from './field-types.ts';

/** Limits of a caller; an absent one does not limit, 0 blocks. */
const CallerLimitsSchema = Type.Object(
  {
    requestsPerSecond: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000, description: 'Refill of the token bucket.' })),
    burst: Type.Optional(FIELD.count('Size of the token bucket; absent: requestsPerSecond, at least 1.')),
    requestsPerMinute: Type.Optional(FIELD.count('Requests in a minute.')),
    requestsPerDay: Type.Optional(FIELD.count('Requests in a day (UTC).')),
    tokensPerMinute: Type.Optional(FIELD.count('Tokens in a minute.')),
    concurrency: Type.Optional(FIELD.count('Requests at the same time.')),
  },
  CLOSED,
);

const DIGEST = { pattern: '^sha256:[0-9a-f]{64}$', expected: 'sha256: and 64 small hex digits' } as const;

/** A secret that the gateway issues to a client. */
export const VirtualKeySchema = Type.Object(
  {
    id: FIELD.identifier('Name in metrics and records.'),
    name: Type.Optional(FIELD.text('Name for people; absent: the id.')),
    secret: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'The secret, best written as ${NAME}.' })),
    secretHash: Type.Optional(Type.String({ ...DIGEST, description: 'Instead of the secret.' })),
    preview: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Beginning and end of the secret, for people to tell it by.' })),
    previousSecretHash: Type.Optional(Type.String({ ...DIGEST, description: 'Of the secret before, which works too until `previousUntil`.' })),
    previousUntil: Type.Optional(Type.String({ description: 'ISO date or date and time; from then on the secret before is refused.' })),
    enabled: Type.Optional(FIELD.flag('False: is refused with 403. Default true.')),
    models: Type.Optional(FIELD.names('Public models that may be asked for, `*` globs; absent: all.')),
    providers: Type.Optional(FIELD.names('Providers that may serve; absent: all.')),
    limits: Type.Optional(CallerLimitsSchema),
    expiresAt: Type.Optional(Type.String({ description: 'ISO date or date and time; from then on the key is refused.' })),
    allowFrom: Type.Optional(FIELD.names('Client addresses or CIDR ranges; absent: from anywhere.')),
    share: Type.Optional(Type.Number({ minimum: 0.001, maximum: 1_000_000, description: 'Share of the waiting room. Default 1.' })),
  },
  CLOSED,
);
