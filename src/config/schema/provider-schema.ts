import { Type } from 'typebox';
import { PROTOCOL_NAMES } from '../../domain/protocol.ts';
import { CLOSED, FIELD } from './field-types.ts';
import { ModelSchema } from './model-schema.ts';
import { ProviderKeySchema } from './provider-key-schema.ts';

const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const POOL_STRATEGIES = ['weighted', 'fill-first', 'least-busy', 'most-headroom', 'sticky'] as const;

const REGION = '^[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}$';

const ProtocolsSchema = Type.Object(
  Object.fromEntries(
    PROTOCOL_NAMES.map((name) => [name, Type.Optional(FIELD.url('Base URL, used as written; a bare origin gets the usual prefix.'))]),
  ),
  { ...CLOSED, minProperties: 1, description: 'Base URL by protocol; replaces the whole list of the preset.' },
);

const AuthSchema = Type.Object(
  {
    in: Type.Enum(['header', 'query', 'aws-sigv4', 'google-service-account'], {
      description: 'Where the key goes; or what is made of it: a signature of AWS, an access token of a Google service account.',
    }),
    name: Type.Optional(FIELD.headerName('Header name or query parameter; needed for header and query.')),
    scheme: Type.Optional(
      Type.String({ pattern: '^[A-Za-z][A-Za-z0-9-]{0,31}$', expected: 'one word', description: 'Word before the key in a header, as Bearer.' }),
    ),
    region: Type.Optional(
      Type.String({ pattern: REGION, expected: 'a region, as us-east-1', description: 'For aws-sigv4; absent: the region that the address names.' }),
    ),
    service: Type.Optional(
      Type.String({ pattern: '^[a-z0-9-]{1,64}$', expected: 'the name of a service, as bedrock', description: 'For aws-sigv4. Default bedrock.' }),
    ),
    scope: Type.Optional(FIELD.url('For google-service-account. Default https://www.googleapis.com/auth/cloud-platform.')),
  },
  CLOSED,
);

const TimeoutsSchema = Type.Object(
  {
    connectMs: Type.Optional(FIELD.durationMs('Connection with TLS. Default 5000.')),
    firstByteMs: Type.Optional(FIELD.durationMs('Until the first byte of an answer. Default 600000; for streams 120000.')),
    streamFirstByteMs: Type.Optional(FIELD.durationMs('Until the first byte of a stream; absent: firstByteMs where that is written.')),
    idleMs: Type.Optional(FIELD.durationMs('Between two bytes of an answer. Default 120000.')),
    totalMs: Type.Optional(FIELD.durationMs('Whole answer. Default 3600000.')),
  },
  CLOSED,
);

const RestSchema = Type.Object(
  {
    methods: Type.Optional(
      Type.Array(Type.Enum(HTTP_METHODS), {
        minItems: 1,
        description: 'Allowed methods; absent: all but OPTIONS.',
      }),
    ),
    targetUrl: FIELD.url('Address that the path after /proxy/{provider} is joined to.'),
  },
  { ...CLOSED, description: 'For kind rest.' },
);

/** One configured upstream service. */
export const ProviderSchema = Type.Object(
  {
    id: FIELD.slug('Name in paths, metrics and records.'),
    name: Type.Optional(FIELD.text('Name for people; absent: the id.')),
    preset: Type.Optional(FIELD.text('Vendor that fills what is absent below; absent: custom.')),
    kind: Type.Optional(
      Type.Enum(['llm', 'rest'], { description: 'A service of models, or any REST API under /proxy. Default llm; rest for the preset rest.' }),
    ),
    enabled: Type.Optional(FIELD.flag('False: takes no requests. Default true.')),
    region: Type.Optional(FIELD.text('Place of the service, for people.')),
    weight: Type.Optional(FIELD.weight('Share among providers that offer the same public model at the same priority; 0 drains. Default 1.')),
    priority: Type.Optional(FIELD.count('Lower is tried first. Default 0.', 1_000_000)),
    protocols: Type.Optional(ProtocolsSchema),
    auth: Type.Optional(AuthSchema),
    headers: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 8192 }), { description: 'Constant headers of every request.' })),
    query: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 2048 }), {
        description: 'Constant query parameters of every request, as api-version; they win over the preset’s and the client’s.',
      }),
    ),
    forwardHeaders: Type.Optional(Type.Array(FIELD.headerName('Header name.'), { description: 'Client headers that go on to this provider.' })),
    models: Type.Optional(Type.Array(ModelSchema, { minItems: 1, maxItems: 100_000, description: 'Absent or ["*"]: any model name is sent on.' })),
    keys: Type.Optional(Type.Array(ProviderKeySchema, { maxItems: 100_000, description: 'The key pool.' })),
    pool: Type.Optional(
      Type.Object(
        {
          strategy: Type.Optional(Type.Enum(POOL_STRATEGIES, { description: 'How a key is chosen among those that are ready. Default weighted.' })),
        },
        CLOSED,
      ),
    ),
    timeouts: Type.Optional(TimeoutsSchema),
    proxyUrl: Type.Optional(FIELD.url('Outgoing HTTP proxy.')),
    allowPrivateNetwork: Type.Optional(FIELD.flag('Lets a public name lead to a private address. Default false; true for local presets.')),
    verifyTls: Type.Optional(FIELD.flag('False: the certificate is not checked. Default true.')),
    streamUsage: Type.Optional(FIELD.flag('False when the service refuses stream_options.include_usage.')),
    rest: Type.Optional(RestSchema),
  },
  CLOSED,
);
