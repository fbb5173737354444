import type { CallKind, Dialect, DialectCall } from '../../../domain/dialect.ts';
import { editMembers } from './edit-members.ts';

/** A request in the protocol's own form. */
export interface PlainRequest {
  /** Path of the provider's base URL. */
  readonly basePath: string;
  /** The protocol's own path behind it, with its leading slash. */
  readonly path: string;
  /** With its question mark, or the empty string. */
  readonly query: string;
  /** Upstream model; null for calls that name none. */
  readonly model: string | null;
  /** Flat list of names in lower case and values. */
  readonly headers: readonly string[];
  /** Null: none, or one that passes without being held; its members cannot be changed. */
  readonly body: Buffer | null;
}

export interface SpokenRequest {
  /** Whole path with its query. */
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer | null;
}

/** A request as a host with a dialect takes it; null when the host does not offer such calls. */
export function speakDialect(request: PlainRequest, dialect: Dialect, kind: CallKind): SpokenRequest | null {
  const call = dialect.calls === undefined ? {} : dialect.calls[kind];
  if (call === undefined) return null;
  const path = pathOf(request, call);
  if (path === null) return null;
  const body = bodyOf(request, dialect, call);
  return {
    path: `${request.basePath}${path}${queryOf(dialect.withoutQuery === true ? '' : request.query, dialect.query ?? {})}`,
    headers: headersOf(request.headers, dialect.withoutHeaders ?? [], (body?.length ?? 0) - (request.body?.length ?? 0)),
    body,
  };
}

function pathOf({ path, model }: PlainRequest, { path: template = '{path}' }: Partial<DialectCall>): string | null {
  if (!template.includes('{model}')) return template.replace('{path}', () => path);
  if (model === null) return template.includes('{path}') ? path : null;
  // Escapes do not keep servers from reading these as steps up the path.
  if (model === '.' || model === '..') return null;
  // Google writes versions as `@20250929`, which may stand in a path as it is.
  const segment = encodeURIComponent(model).replaceAll('%40', '@');
  return template.replace('{path}', () => path).replace('{model}', () => segment);
}

function bodyOf({ body, headers }: PlainRequest, { betaMember }: Dialect, { remove = [], set = {} }: Partial<DialectCall>): Buffer | null {
  const betas = betaMember === undefined ? [] : betasOf(headers);
  const added = betaMember === undefined || betas.length === 0 ? set : { ...set, [betaMember]: betas };
  if (body === null || (remove.length === 0 && Object.keys(added).length === 0)) return body;
  return editMembers(body, remove, added);
}

function betasOf(headers: readonly string[]): readonly string[] {
  const values = headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === 'anthropic-beta');
  const betas = values.flatMap((value) => value.split(',')).map((value) => value.trim());
  return [...new Set(betas.filter((value) => value !== ''))];
}

function headersOf(headers: readonly string[], without: readonly string[], grown: number): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (!without.includes(name)) out.push(name, name === 'content-length' ? String(Number(value) + grown) : value);
  }
  return out;
}

function queryOf(query: string, constant: Readonly<Record<string, string>>): string {
  const names = Object.keys(constant);
  if (names.length === 0) return query;
  const own = query.slice(1).split('&');
  const kept = own.filter((parameter) => parameter !== '' && !names.includes(nameOf(parameter)));
  const added = Object.entries(constant).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `?${[...kept, ...added].join('&')}`;
}

function nameOf(parameter: string): string {
  const name = parameter.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
