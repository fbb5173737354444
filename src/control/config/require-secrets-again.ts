import type { CompiledProvider, GatewaySnapshot } from '../../config/snapshot.ts';
import { OperationError } from '../operation-error.ts';
import type { ConfigDraft } from './config-draft.ts';
import type { ConfigView } from './config-view.ts';

/** A configuration before and after a change. */
interface Side {
  readonly snapshot: GatewaySnapshot;
  readonly view: ConfigView;
}

/** Fields of a provider whose values may be secret. */
const VALUE_FIELDS = ['headers', 'query'] as const;
const MOST_TOLD = 20;

/**
 * Keeps stored secrets from being sent somewhere new: whoever changes a provider's address has to know them, or give them up.
 * @throws {OperationError} `secret_required`.
 */
export function requireSecretsAgain(before: Side, after: Side, draft: ConfigDraft): void {
  for (const provider of after.snapshot.providers) {
    const was = before.snapshot.providersById.get(provider.id);
    if (was === undefined) continue;
    const known = destinationsOf(was);
    if ([...destinationsOf(provider)].every((destination) => known.has(destination))) continue;
    const keys = provider.keys
      .filter(({ id, secret }) => secret !== '' && !draft.wasEntered(`${provider.id}/${id}`))
      .map(({ id }) => `keys.${id}.secret`);
    const carried = [...keys, ...carriedValues(before.view, after.view, draft, provider.id)];
    if (carried.length === 0) continue;
    throw new OperationError(
      'secret_required',
      `The address of the provider ${provider.id} changes, and its keys and constant headers would be sent there. Give them again, or remove them first.`,
      { problems: carried.slice(0, MOST_TOLD).map((path) => ({ path, message: 'is needed again' })) },
    );
  }
}

/** Constant headers and parameters that stay as they were, without having been given again. */
function carriedValues(before: ConfigView, after: ConfigView, draft: ConfigDraft, provider: string): readonly string[] {
  const [was, is] = [before.find('provider', provider)?.body, after.find('provider', provider)?.body];
  return VALUE_FIELDS.flatMap((field) => {
    const old = (was?.[field] ?? {}) as Readonly<Record<string, unknown>>;
    return Object.entries((is?.[field] ?? {}) as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
      const column = `${field}.${name}`;
      return old[name] === value && !draft.wasValueEntered(provider, column) ? [column] : [];
    });
  });
}

/** Everything that the provider's secrets are sent to. */
function destinationsOf({ protocols, rest, proxyUrl }: CompiledProvider): ReadonlySet<string> {
  const origins = [...protocols.values()].map(({ origin }) => origin);
  return new Set([...origins, ...(rest === null ? [] : [rest.target.origin]), ...(proxyUrl === null ? [] : [`proxy ${proxyUrl}`])]);
}
