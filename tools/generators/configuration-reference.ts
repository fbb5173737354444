// Makes docs/reference/configuration.md of the schema that configurations are checked with, and of the settings in force without one.
import { GatewayConfigSchema } from '../../src/config/schema/gateway-config-schema.ts';

/** The parts of a JSON Schema that are told. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly expected?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

const ROOT = GatewayConfigSchema as unknown as SchemaNode;
/** Accepted and kept, and nothing acts on them in this version. */
const WITHOUT_EFFECT = new Set([
  'providers[].region',
  'providers[].models[].contextTokens',
  'providers[].models[].price.perImage',
  'settings.retentionDays.bodies',
  'settings.prices.source',
]);
const UNBOUNDED = 1_000_000_000;
const DEFAULT = /\s*Default (?<value>.+?)\.(?=\s|$)/;

const INTRODUCTION = `# Configuration

The tables of this page are generated from \`src/config/schema\`: change them there and run \`npm run generate\`.

The configuration is one YAML (or JSON) file: the one that \`CONFIG_FILE\` or \`--config\` names, else \`headgate.yaml\` in the working directory.
Without a file the [environment](environment.md) is the configuration. The smallest file that serves somebody:

\`\`\`yaml
providers:
  - id: openai-main
    preset: openai
    keys: ["\${OPENAI_KEY_1}", "\${OPENAI_KEY_2}"]
virtualKeys:
  - { id: me, secret: "\${MY_SECRET}" }
\`\`\`

- \`\${NAME}\` and \`\${NAME:-default}\` are replaced in every text after the YAML was read; a variable that is not set and has no default is an error. Write \`$\${\` for the signs themselves.
- An unknown field is an error. Messages name file, line, column and field, and say what was probably meant; they never repeat a secret.
- \`headgate check-config\` reads a file as the gateway would and tells what is wrong with it.
- A changed file is read at once and swapped in whole. If it cannot be used, or was deleted, the last good configuration stays in force; the log, \`/health/ready\` and \`headgate_config_reload_failures_total\` say so. Only \`settings.journal.flushMs\` waits for a restart.
- \`GLOBAL_PROXY_KEYS\`, \`ALLOW_ANONYMOUS\` and \`PROXY_TIMEOUT\` are added to a file too; the two latter win over it, except that times which a provider writes itself win over \`PROXY_TIMEOUT\`.
- Editors find the fields with [headgate.schema.json](headgate.schema.json): begin the file with \`# yaml-language-server: $schema=PATH\`.
- A file has at most 8 MiB.

Names with \`Ms\` are milliseconds, with \`Seconds\` seconds. An empty default means: nothing, or what the meaning says. Fields in dots stand inside an object:
\`auth.in\` is \`auth: { in: … }\`.
`;

const LLM_PROXY_FILE = `## config.yaml of llm-proxy

A file with \`master_keys\`, \`server\`, \`verify_ssl\` or \`request_timeout_secs\`, or with a provider that has \`api_base\`, \`api_key\` or \`model_mapping\`, is read as one of llm-proxy.
It is read only where \`CONFIG_FILE\` or \`--config\` names it. Problems are told in its own field names.

| field | becomes |
|---|---|
| \`providers[].name\` | \`id\` (made a slug; a number is added where two are alike) and \`name\` |
| \`providers[].api_base\` | base URL of openai-chat, openai-completions and openai-embeddings; the vendor is known by its address |
| \`providers[].api_key\` | the one key, sent as \`Authorization: Bearer\` |
| \`providers[].weight\`, \`providers[].enabled\` | the same |
| \`providers[].model_mapping\` | \`models\`: public name → upstream name, or an object with \`mapped_model\`; absent or empty: any model |
| \`master_keys[].name\`, \`master_keys[].key\`, \`master_keys[].enabled\` | a virtual key |
| \`master_keys[].allowed_models\` | \`models\`; empty: all |
| \`master_keys[].rate_limit\` | \`requests_per_second\` and \`burst_size\` become \`limits.requestsPerSecond\` and \`limits.burst\`; 0 blocks |
| \`server.host\`, \`server.port\` | where it listens, unless HOST or PORT say otherwise; a host beyond loopback needs an admin credential, else it stays on 127.0.0.1 with a warning |
| \`verify_ssl: false\` | \`verifyTls: false\` for every provider, with a warning |
| \`request_timeout_secs\` | the longest wait for the first byte; for the silence between two bytes too, up to 120 s |

Without \`master_keys\` llm-proxy was open; here every request is answered 401 unless \`ALLOW_ANONYMOUS=true\`.
`;

const CLOUDS = `## Clouds

Clouds speak the makers' protocols in dialects of their own: other paths, other credentials, other frames around streams. Their presets know the differences; clients notice nothing.
Each customer has an address of its own, which \`protocols\` names.

| preset | protocols | base URL | \`secret\` of a key |
|---|---|---|---|
| \`azure-openai\` | the OpenAI ones | \`https://RESOURCE.openai.azure.com/openai/v1\` | the key, sent as \`api-key\` |
| \`azure-openai-classic\` | the OpenAI ones; the upstream model is the deployment | \`https://RESOURCE.openai.azure.com/openai\` | the key, sent as \`api-key\` |
| \`bedrock\` | \`anthropic-messages\`, through InvokeModel; tokens are not counted | \`https://bedrock-runtime.REGION.amazonaws.com\` | \`ACCESS_KEY_ID:SECRET_ACCESS_KEY\`, for temporary ones with \`:SESSION_TOKEN\`; requests are signed (Signature Version 4) |
| \`vertex\` | \`gemini-generate\` and \`anthropic-messages\` | \`https://LOCATION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/LOCATION\` for both | the JSON of a service account key, as it is or in base64; it gets access tokens, which are kept and renewed |

\`\`\`yaml
providers:
  - id: bedrock
    preset: bedrock
    protocols: { anthropic-messages: https://bedrock-runtime.eu-west-1.amazonaws.com }
    models: [{ name: claude-sonnet-4-5, upstream: eu.anthropic.claude-sonnet-4-5-20250929-v1:0 }]
    keys: ["\${AWS_ACCESS_KEY_ID}:\${AWS_SECRET_ACCESS_KEY}"]
  - id: vertex
    preset: vertex
    protocols:
      gemini-generate: https://us-central1-aiplatform.googleapis.com/v1/projects/PROJECT/locations/us-central1
      anthropic-messages: https://us-east5-aiplatform.googleapis.com/v1/projects/PROJECT/locations/us-east5
    models: [gemini-2.5-flash, { name: claude-opus-4-5, upstream: claude-opus-4-5@20251101 }]
    keys: ["\${VERTEX_SERVICE_ACCOUNT}"]
  - id: azure
    preset: azure-openai-classic
    protocols: { openai-chat: https://RESOURCE.openai.azure.com }
    query: { api-version: 2024-10-21 }
    models: [{ name: gpt-4o, upstream: my-deployment }]
    keys: ["\${AZURE_KEY}"]
\`\`\`

With \`auth: { in: header, name: authorization, scheme: Bearer }\` Bedrock takes one of its API keys instead. \`aws-sigv4\` and \`google-service-account\` work with the preset \`custom\` too, where the protocol's own paths are used.
`;

interface Row {
  readonly path: string;
  readonly cells: readonly string[];
}

export function generate(): Record<string, string> {
  const told = new Set<string>();
  const section = (title: string, words: string, node: SchemaNode, path: string): string => {
    const rows = rowsOf(node, path, '');
    for (const row of rows) told.add(row.path);
    return [
      `## ${title}`,
      '',
      words,
      '',
      '| field | value | default | meaning |',
      '|---|---|---|---|',
      ...rows.map(({ cells }) => `| ${cells.join(' | ')} |`),
      '',
    ].join('\n');
  };
  const provider = itemOf(ROOT, 'providers');
  const sections = [
    INTRODUCTION,
    section('providers', 'A list; each entry is one upstream service.', provider, 'providers[]'),
    section(
      'providers[].models[]',
      'A text is a public and upstream name in one. An object says what differs.',
      itemOf(provider, 'models'),
      'providers[].models[]',
    ),
    section(
      'providers[].keys[]',
      'A text is the secret. An object gives the key limits of its own. Empty secrets are left out with a warning.',
      itemOf(provider, 'keys'),
      'providers[].keys[]',
    ),
    CLOUDS,
    section(
      'virtualKeys',
      'A list; each entry is a secret that clients send. An absent limit does not limit; 0 blocks.',
      itemOf(ROOT, 'virtualKeys'),
      'virtualKeys[]',
    ),
    section('settings', 'Behaviour of the whole gateway.', childOf(ROOT, 'settings'), 'settings'),
    LLM_PROXY_FILE,
  ];
  const unknown = [...WITHOUT_EFFECT].filter((path) => !told.has(path));
  if (unknown.length > 0) throw new Error(`WITHOUT_EFFECT names fields that the schema does not have: ${unknown.join(', ')}.`);
  return { 'docs/reference/configuration.md': sections.join('\n') };
}

function childOf(node: SchemaNode, name: string): SchemaNode {
  const child = node.properties?.[name];
  if (child === undefined) throw new Error(`The schema has no field ${name}.`);
  return child;
}

/** The object form of a list's entries. */
function itemOf(node: SchemaNode, name: string): SchemaNode {
  const items = childOf(node, name).items ?? {};
  return items.anyOf?.find((form) => form.properties !== undefined) ?? items;
}

/** One row a field; the fields of objects follow their object, lists of objects are left to sections of their own. */
function rowsOf(node: SchemaNode, path: string, prefix: string): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const isRequired = node.required?.includes(name) ?? false;
    const own = rowOf(`${path}.${name}`, `${prefix}${name}`, field, isRequired);
    if (field.properties === undefined) return [own];
    const inner = rowsOf(field, `${path}.${name}`, `${prefix}${name}.`);
    return field.description === undefined ? inner : [own, ...inner];
  });
}

function rowOf(path: string, shown: string, field: SchemaNode, isRequired: boolean): Row {
  const description = field.description ?? '';
  const standard = DEFAULT.exec(description)?.groups?.['value'];
  const meaning = [description.replace(DEFAULT, '').trim(), WITHOUT_EFFECT.has(path) ? 'No effect in this version.' : '']
    .filter((text) => text !== '')
    .join(' ');
  return { path, cells: [`\`${shown}\``, valueOf(field), isRequired ? 'required' : (standard ?? ''), meaning.replaceAll('|', '\\|')] };
}

function valueOf(field: SchemaNode): string {
  if (field.const !== undefined) return `\`${field.const}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field.anyOf !== undefined) return field.anyOf.map(valueOf).join(' or ');
  switch (field.type) {
    case 'array':
      return listOf(field.items ?? {});
    case 'integer':
      return `whole number${rangeOf(field)}`;
    case 'number':
      return `number${rangeOf(field)}`;
    case 'boolean':
      return '`true`, `false`';
    case 'object':
      return field.patternProperties === undefined ? 'object' : 'object of texts';
    default:
      return field.expected ?? 'text';
  }
}

function listOf(items: SchemaNode): string {
  if (items.expected !== undefined) return `list; each ${items.expected}`;
  return `list of ${valueOf(items)
    .replace(/^text\b/, 'texts')
    .replace(/\bobject$/, 'objects')}`;
}

function rangeOf({ minimum, maximum }: SchemaNode): string {
  if (minimum === undefined) return '';
  return maximum === undefined || maximum === UNBOUNDED ? `, ${minimum} or more` : `, ${minimum} to ${maximum}`;
}
