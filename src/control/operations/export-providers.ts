import type { ConfigView, ViewedEntity } from '../config/config-view.ts';
import { maskProvider } from '../config/masked-fields.ts';

/** Providers as an import takes them, without anything that may be secret. */
export interface ExportedProviders {
  readonly providers: readonly Readonly<Record<string, unknown>>[];
  /** What has to be entered again. `fields`: as `headers.x-team`. */
  readonly leftOut: readonly { readonly id: string; readonly keys: number; readonly fields: readonly string[] }[];
}

/** `which`: all of them, or those that are enabled. */
export function exportProviders(view: ConfigView, which: 'all' | 'true'): ExportedProviders {
  const providers = view.list('provider').filter(({ body }) => which === 'all' || body['enabled'] !== false);
  const keys = Map.groupBy(view.list('provider-key'), ({ id }) => id.slice(0, id.indexOf('/')));
  const written = providers.map(withoutSecrets);
  return {
    providers: written.map(({ body }) => body),
    leftOut: written.flatMap(({ id, fields }) => {
      const count = keys.get(id)?.length ?? 0;
      return count === 0 && fields.length === 0 ? [] : [{ id, keys: count, fields }];
    }),
  };
}

/** Values of constant headers and parameters may be secrets, whatever their names. */
function withoutSecrets({ id, body }: ViewedEntity): {
  readonly id: string;
  readonly body: ViewedEntity['body'];
  readonly fields: readonly string[];
} {
  const { headers, query, proxyUrl, ...rest } = body;
  const isProxySecret = maskProvider(body)['proxyUrl'] !== proxyUrl;
  const fields = [...namesOf('headers', headers), ...namesOf('query', query), ...(isProxySecret ? ['proxyUrl'] : [])];
  return { id, body: isProxySecret || proxyUrl === undefined ? rest : { ...rest, proxyUrl }, fields };
}

function namesOf(field: string, values: unknown): readonly string[] {
  return typeof values === 'object' && values !== null ? Object.keys(values).map((name) => `${field}.${name}`) : [];
}
