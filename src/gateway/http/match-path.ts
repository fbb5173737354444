import type { ExchangeProtocol, ProtocolName } from '../../domain/protocol.ts';

/** How errors are written on a path: a protocol's own form, or `{detail}` under /llm and /proxy. */
export type ErrorStyle = ProtocolName | 'detail';

/** What a request path asks for. Made from the raw path alone; nothing of it is decoded on the way to the upstream. */
export interface PathMatch {
  readonly protocol: ExchangeProtocol;
  /** Whose base URL the suffix goes behind; null under /proxy, where it is the provider's target. */
  readonly base: ProtocolName | null;
  /** The route's path, for metrics and records. */
  readonly endpoint: string;
  /** Raw path behind the base URL, with its leading slash. */
  readonly suffix: string;
  /** Raw query with its question mark, or the empty string. */
  readonly query: string;
  /** Methods that the route takes; null: any. */
  readonly methods: readonly string[] | null;
  readonly errorStyle: ErrorStyle;
  /** Slug of the provider that the path names. */
  readonly provider: string | null;
  /** Model in the path (Gemini), decoded. */
  readonly pathModel: string | null;
  /** The path alone says that the answer streams; null: the body says it. */
  readonly streams: boolean | null;
  /** Answered by the gateway itself. */
  readonly local: 'models' | null;
  /** What the call asks a model for; null: a call that is passed on unread. */
  readonly operation: Operation | null;
  /** Id of a stored response or conversation that the path names. */
  readonly storedId: string | null;
}

/** Calls of one operation can be told in every protocol that has it. */
export type Operation = 'generate' | 'embed' | 'count';

export type PathProblem = { readonly problem: 'invalid' | 'unknown'; readonly errorStyle: ErrorStyle };

/** Everything that could make two programs read one path differently is refused, before anything is routed by it. */
const FORBIDDEN = /[\\;#]|%5c|%00|[\u0000-\u0020\u007f]/i;
const DOT_SEGMENT = /(?:^|\/|%2f)(?:\.|%2e){1,2}(?=\/|%2f|$)/i;
/** Clients that were given a base URL with /v1 add their own; more than one is nobody's habit. */
const VERSIONS = /^(?:\/v1){1,2}(?=\/)/;

const POST = ['POST'] as const;
const GET = ['GET', 'HEAD'] as const;

interface Fixed {
  readonly protocol: ProtocolName;
  readonly operation: Operation | null;
  readonly local?: 'models';
}

/** Paths behind `/v1`, also served at the root. */
const FIXED: ReadonlyMap<string, Fixed> = new Map([
  ['/chat/completions', { protocol: 'openai-chat', operation: 'generate' }],
  ['/responses', { protocol: 'openai-responses', operation: 'generate' }],
  ['/responses/input_tokens', { protocol: 'openai-responses', operation: 'count' }],
  ['/completions', { protocol: 'openai-completions', operation: 'generate' }],
  ['/embeddings', { protocol: 'openai-embeddings', operation: 'embed' }],
  ['/messages', { protocol: 'anthropic-messages', operation: 'generate' }],
  ['/messages/count_tokens', { protocol: 'anthropic-messages', operation: 'count' }],
  ['/models', { protocol: 'openai-chat', operation: null, local: 'models' }],
]);

/** The same as they are usually asked for, letter by letter: nearly every call is one of these. */
const USUAL: ReadonlyMap<string, PathMatch> = new Map(
  FIXED.entries().flatMap(([name, fixed]) => [`/v1${name}`, name].map((path): [string, PathMatch] => [path, fixedMatch(name, fixed, '')])),
);

/** The match of a data-plane path; null when the path is not the data plane's. */
export function matchPath(rawUrl: string): PathMatch | PathProblem | null {
  const usual = USUAL.get(rawUrl);
  if (usual !== undefined) return usual;
  const at = rawUrl.indexOf('?');
  const path = at === -1 ? rawUrl : rawUrl.slice(0, at);
  const query = at === -1 ? '' : rawUrl.slice(at);
  const name = path.startsWith('/v1/') ? path.slice(3) : path;
  const fixed = FIXED.get(name);
  // The usual paths are in the table letter by letter; everything else is looked at closely.
  if (fixed !== undefined && !query.includes('#')) return fixedMatch(name, fixed, query);
  const style = styleOf(path);
  if (style === null) return null;
  if (FORBIDDEN.test(path) || query.includes('#') || DOT_SEGMENT.test(path)) return { problem: 'invalid', errorStyle: style };
  // An empty segment is no route of a model API, and would let a call pass by another name.
  if (path.includes('//') && !path.startsWith('/proxy/')) return { problem: 'unknown', errorStyle: style };
  if (path.startsWith('/llm/')) return matchLlm(path.slice(4), query);
  if (path.startsWith('/proxy/')) return matchProxy(path.slice(6), query);
  return matchVersioned(path, query) ?? { problem: 'unknown', errorStyle: style };
}

/** Whose error form an unmatched path gets; null when the path is none of the data plane's. */
function styleOf(path: string): ErrorStyle | null {
  if (path === '/v1beta' || path.startsWith('/v1beta/')) return 'gemini-generate';
  if (path === '/v1' || path.startsWith('/v1/') || path.startsWith('/models/'))
    return path.includes('/messages') ? 'anthropic-messages' : 'openai-chat';
  if (path === '/llm' || path.startsWith('/llm/') || path === '/proxy' || path.startsWith('/proxy/')) return 'detail';
  return null;
}

function fixedMatch(suffix: string, fixed: Fixed, query: string): PathMatch {
  const local = fixed.local ?? null;
  return {
    protocol: fixed.protocol,
    base: fixed.protocol,
    endpoint: `/v1${suffix}`,
    suffix,
    query,
    methods: local === 'models' ? GET : POST,
    errorStyle: fixed.protocol,
    provider: null,
    pathModel: null,
    streams: null,
    local,
    operation: fixed.operation,
    storedId: null,
  };
}

function matchVersioned(path: string, query: string): PathMatch | null {
  const gemini = matchGemini(path, query);
  if (gemini !== null) return gemini;
  if (path.startsWith('/models/') && path.length > 8) return localModel(path, query, 'openai-chat');
  if (path.startsWith('/v1beta/') && path.length > 8) {
    return passThrough(path.slice(7), query, '/v1beta/*', 'gemini-generate');
  }
  if (!path.startsWith('/v1/') || path.length <= 4) return null;
  const suffix = path.replace(VERSIONS, '');
  if (repeatsVersion(suffix)) return null;
  const fixed = FIXED.get(suffix);
  if (fixed !== undefined) return fixedMatch(suffix, fixed, query);
  if (suffix.startsWith('/models/')) return localModel(suffix, query, 'openai-chat');
  return passThrough(suffix, query, '/v1/*', 'openai-chat');
}

/** `/responses/{id}` and what stands below it, the same of conversations. */
const STORED = /^\/(?:responses|conversations)\/((?:resp|conv)_[^/]+)/;

function localModel(path: string, query: string, protocol: ProtocolName): PathMatch {
  const pathModel = decodeName(path.slice('/models/'.length));
  return { ...fixedMatch('/models', { protocol, operation: null, local: 'models' }, query), endpoint: '/v1/models/{id}', suffix: path, pathModel };
}

function passThrough(suffix: string, query: string, endpoint: string, usualBase: ProtocolName): PathMatch {
  const isOfResponses = suffix.startsWith('/responses/') || suffix === '/conversations' || suffix.startsWith('/conversations/');
  const base = isOfResponses ? 'openai-responses' : usualBase;
  return {
    protocol: 'pass-through',
    base,
    storedId: STORED.exec(suffix)?.[1] ?? null,
    endpoint,
    suffix,
    query,
    methods: null,
    errorStyle: base,
    provider: null,
    pathModel: null,
    streams: null,
    local: null,
    operation: null,
  };
}

const GEMINI = /^(?:\/v1beta|(?:\/v1){1,2})(\/(?:models|tunedModels)\/([^:]+):([A-Za-z]+))$/;
const GEMINI_VERBS: ReadonlyMap<string, Operation> = new Map([
  ['generateContent', 'generate'],
  ['streamGenerateContent', 'generate'],
  ['countTokens', 'count'],
  ['embedContent', 'embed'],
  ['batchEmbedContents', 'embed'],
]);

function matchGemini(path: string, query: string, onlyCalls = false): PathMatch | null {
  if (path === '/v1beta/models' && !onlyCalls)
    return { ...fixedMatch('/models', { protocol: 'gemini-generate', operation: null, local: 'models' }, query), endpoint: '/v1beta/models' };
  const found = GEMINI.exec(path);
  if (found === null) {
    if (!path.startsWith('/v1beta/models/') || onlyCalls) return null;
    return { ...localModel(path.slice(7), query, 'gemini-generate'), endpoint: '/v1beta/models/{id}' };
  }
  const [, suffix = '', model = '', verb = ''] = found;
  const operation = GEMINI_VERBS.get(verb);
  if (operation === undefined) return null;
  return {
    protocol: 'gemini-generate',
    base: 'gemini-generate',
    endpoint: `/v1beta/models/{model}:${verb}`,
    suffix,
    query,
    methods: POST,
    errorStyle: 'gemini-generate',
    provider: null,
    pathModel: decodeName(model),
    streams: verb === 'streamGenerateContent',
    local: null,
    operation,
    storedId: null,
  };
}

const SLUG = /^\/([a-z0-9][a-z0-9-]{0,62})(\/.*)?$/;

/** `/llm/{provider}/…`: the provider's own protocol, told by the rest of the path, with or without its version prefix. */
function matchLlm(path: string, query: string): PathMatch | PathProblem {
  const found = SLUG.exec(path);
  const [, provider = '', rest = ''] = found ?? [];
  if (found === null || rest === '' || rest === '/') return { problem: 'unknown', errorStyle: 'detail' };
  const inner = matchModelCall(rest, query);
  if (inner !== null) return { ...inner, provider, errorStyle: 'detail', endpoint: '/llm/*' };
  const suffix = rest.replace(/^(?:(?:\/v1){1,2}|\/v1beta)(?=\/|$)/, '');
  if (repeatsVersion(suffix)) return { problem: 'unknown', errorStyle: 'detail' };
  const base = rest.startsWith('/v1beta/') ? 'gemini-generate' : 'openai-chat';
  return { ...passThrough(suffix, query, '/llm/*', base), provider, errorStyle: 'detail' };
}

/** Behind a base URL such a path would carry its version twice. */
function repeatsVersion(suffix: string): boolean {
  return suffix === '/v1' || suffix.startsWith('/v1/');
}

/** A call of a model, with or without the version in front of it. Never another /llm or /proxy path: what stands inside is not routed again. */
function matchModelCall(path: string, query: string): PathMatch | null {
  const name = path.replace(VERSIONS, '');
  const fixed = FIXED.get(name);
  if (fixed !== undefined && fixed.local === undefined) return fixedMatch(name, fixed, query);
  return matchGemini(path.startsWith('/models/') || path.startsWith('/tunedModels/') ? `/v1beta${path}` : path, query, true);
}

function matchProxy(path: string, query: string): PathMatch | PathProblem {
  const found = SLUG.exec(path);
  if (found === null) return { problem: 'unknown', errorStyle: 'detail' };
  const [, provider = '', suffix = ''] = found;
  return {
    protocol: 'rest',
    base: null,
    endpoint: '/proxy/*',
    suffix,
    query,
    methods: null,
    errorStyle: 'detail',
    provider,
    pathModel: null,
    streams: null,
    local: null,
    operation: null,
    storedId: null,
  };
}

/** The name as people write it; a broken escape stays as it is and will be no known model. */
function decodeName(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
