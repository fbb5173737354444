import { Type } from 'typebox';

/** `expected` completes the sentence "must be …" when a pattern does not match; the published schema leaves it out. */
const slug = { pattern: '^[a-z0-9][a-z0-9-]{0,62}$', expected: 'a slug of small letters, digits and hyphens, at most 63 long' };
const identifier = { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', expected: 'letters, digits, dots, hyphens and underscores, at most 64 long' };

const ONE_DAY_MS = 86_400_000;

/** Building blocks of the configuration schema. */
export const FIELD = {
  slug: (description: string) => Type.String({ ...slug, description }),
  identifier: (description: string) => Type.String({ ...identifier, description }),
  text: (description: string) => Type.String({ minLength: 1, maxLength: 2048, description }),
  url: (description: string) => Type.String({ minLength: 1, maxLength: 2048, description }),
  flag: (description: string) => Type.Boolean({ description }),
  count: (description: string, maximum = 1_000_000_000) => Type.Integer({ minimum: 0, maximum, description }),
  /** Milliseconds up to one day. */
  durationMs: (description: string, minimum = 1) => Type.Integer({ minimum, maximum: ONE_DAY_MS, description }),
  weight: (description: string) => Type.Number({ minimum: 0, maximum: 1_000_000, description }),
  dollars: (description: string) => Type.Number({ minimum: 0, maximum: 1_000_000, description }),
  headerName: (description: string) => Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$", expected: 'a header name', description }),
  names: (description: string) => Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 100_000, description }),
};

/** A closed object: a field that it does not know is an error. */
export const CLOSED = { additionalProperties: false } as const;
