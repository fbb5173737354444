import { type Static, Type } from 'typebox';
import { CLOSED, FIELD } from './field-types.ts';

const LegacyProviderSchema = Type.Object(
  {
    name: FIELD.text('Name of the provider; several may share one.'),
    api_base: FIELD.url('Base URL.'),
    api_key: Type.String(),
    weight: Type.Optional(FIELD.weight('Default 1.')),
    model_mapping: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.String({ minLength: 1 }), Type.Object({ mapped_model: Type.String({ minLength: 1 }) }, { additionalProperties: true })]),
      ),
    ),
    enabled: Type.Optional(Type.Boolean()),
  },
  CLOSED,
);

const LegacyMasterKeySchema = Type.Object(
  {
    name: FIELD.text('Name of the key.'),
    key: Type.String({ minLength: 1, maxLength: 512 }),
    enabled: Type.Optional(Type.Boolean()),
    allowed_models: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    rate_limit: Type.Optional(
      Type.Object(
        { requests_per_second: Type.Number({ minimum: 0, maximum: 1_000_000 }), burst_size: Type.Optional(FIELD.count('Size of the token bucket.')) },
        CLOSED,
      ),
    ),
  },
  CLOSED,
);

/** The config.yaml of the older program llm-proxy, accepted as it is. */
export const LegacyLlmProxySchema = Type.Object(
  {
    providers: Type.Optional(Type.Array(LegacyProviderSchema)),
    master_keys: Type.Optional(Type.Array(LegacyMasterKeySchema)),
    server: Type.Optional(
      Type.Object({ host: Type.Optional(FIELD.text('Bind address.')), port: Type.Optional(FIELD.count('Port.', 65_535)) }, CLOSED),
    ),
    verify_ssl: Type.Optional(Type.Boolean()),
    request_timeout_secs: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
  },
  CLOSED,
);

export type LegacyLlmProxyConfig = Static<typeof LegacyLlmProxySchema>;
export type LegacyProvider = Static<typeof LegacyProviderSchema>;
export type LegacyMasterKey = Static<typeof LegacyMasterKeySchema>;
