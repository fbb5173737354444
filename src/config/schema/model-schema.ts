import { Type } from 'typebox';
import { CLOSED, FIELD } from './field-types.ts';

const PriceSchema = Type.Object(
  {
    input: Type.Optional(FIELD.dollars('Dollars per million input tokens.')),
    output: Type.Optional(FIELD.dollars('Dollars per million answer tokens.')),
    cacheRead: Type.Optional(FIELD.dollars('Dollars per million input tokens read from a cache; absent: as input.')),
    cacheWrite: Type.Optional(FIELD.dollars('Dollars per million input tokens written to a cache; absent: as input.')),
    reasoning: Type.Optional(FIELD.dollars('Dollars per million reasoning tokens; absent: as output.')),
    audioInput: Type.Optional(FIELD.dollars('Dollars per million audio input tokens; absent: as input.')),
    audioOutput: Type.Optional(FIELD.dollars('Dollars per million audio answer tokens; absent: as output.')),
    perImage: Type.Optional(FIELD.dollars('Dollars per image.')),
    perRequest: Type.Optional(FIELD.dollars('Dollars per request.')),
  },
  { ...CLOSED, description: 'Absent: the price of the bundled list, if it knows the model.' },
);

/** One model of a provider: its public name alone, or with what differs from the defaults. */
export const ModelSchema = Type.Union([
  Type.String({ minLength: 1, maxLength: 256, description: 'Public and upstream name in one; `*` alone: any name is sent on.' }),
  Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 256, description: 'The name that clients write.' }),
      upstream: Type.Optional(
        Type.String({ minLength: 1, maxLength: 256, description: 'The name that the provider gets; absent: the public name.' }),
      ),
      contextTokens: Type.Optional(FIELD.count('Context window in tokens.')),
      maxOutputTokens: Type.Optional(FIELD.count('Longest answer in tokens.')),
      price: Type.Optional(PriceSchema),
      capabilities: Type.Optional(
        Type.Array(Type.Enum(['tools', 'images', 'jsonSchema', 'thinking']), {
          description: 'What the model can do; absent: unknown, nothing is held back.',
        }),
      ),
    },
    CLOSED,
  ),
]);
