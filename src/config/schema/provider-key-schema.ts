import { Type } from 'typebox';
import { CLOSED, FIELD } from './field-types.ts';

/** One provider key: its secret alone, or with limits of its own. */
export const ProviderKeySchema = Type.Union([
  Type.String({ description: 'The secret.' }),
  Type.Object(
    {
      id: Type.Optional(FIELD.identifier('Name of the key in metrics and records; absent: made from a hash of the secret.')),
      name: Type.Optional(FIELD.text('Name for people; absent: the id.')),
      secret: Type.String({ description: 'The secret, best written as ${NAME}.' }),
      weight: Type.Optional(FIELD.weight('Share among the keys of the pool; 0 drains. Default 1.')),
      enabled: Type.Optional(FIELD.flag('False: is not used. Default true.')),
      models: Type.Optional(FIELD.names('Models that this key may serve, `*` globs; absent: all.')),
      limits: Type.Optional(
        Type.Object(
          {
            requestsPerMinute: Type.Optional(FIELD.count('Requests in any minute.')),
            tokensPerMinute: Type.Optional(FIELD.count('Tokens in any minute.')),
            requestsPerDay: Type.Optional(FIELD.count('Requests in a day (UTC).')),
            concurrency: Type.Optional(FIELD.count('Requests at the same time.')),
          },
          { ...CLOSED, description: 'Caps that the gateway keeps for this key.' },
        ),
      ),
    },
    CLOSED,
  ),
]);
