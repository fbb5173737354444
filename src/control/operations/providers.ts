import type { ConfigEntity } from '../../config/config-entities.ts';
import { kindOfProvider } from '../../config/kind-of-provider.ts';
import { normaliseSecret } from '../../config/normalise-secret.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { ProviderStanding } from '../../ports/key-board.ts';
import type { ConfigDraft } from '../config/config-draft.ts';
import type { Changed, ChangeReason } from '../config/config-service.ts';
import type { ViewedEntity } from '../config/config-view.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import { enteredValues, maskProvider, unmaskProvider } from '../config/masked-fields.ts';
import { isSought, pageOf, type Page, type PageQuery } from './page.ts';
import { patchBody } from './patch-body.ts';
import { addKey } from './provider-keys.ts';

type Body = Readonly<Record<string, unknown>>;

/** A provider as it is shown: fields of the configuration without secrets and keys, and how it stands. Times are epoch ms. */
export interface ProviderView extends Body {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly kind: 'llm' | 'rest';
  /** How many keys stand how. */
  readonly keyStates: ProviderStanding['keys'];
  readonly rest?: unknown;
  readonly standing: Pick<ProviderStanding, 'rest' | 'models'>;
  readonly revision: number;
  readonly origin: ViewedEntity['origin'];
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
}

export interface ProviderQuery extends PageQuery {
  readonly q?: string;
  readonly enabled?: boolean;
  readonly preset?: string;
  readonly kind?: 'llm' | 'rest';
  readonly sort?: 'place' | 'id' | '-id' | 'name' | '-name' | 'updated' | '-updated';
}

const NO_KEYS: ProviderStanding['keys'] = { ready: 0, resting: 0, suspended: 0, disabled: 0 };
const MOST_NAMED = 5;
/** Paths beside `/api/admin/providers/{id}`. */
const TAKEN_IDS: ReadonlySet<string> = new Set(['presets', 'export', 'batch-import', 'fetch-models']);

/** The configured upstream services. */
export class Providers {
  readonly #services: ControlServices;

  constructor(services: ControlServices) {
    this.#services = services;
  }

  list(query: ProviderQuery): Page<ProviderView> {
    const standings = this.#standings();
    const views = this.#services.config
      .view()
      .list('provider')
      .map((entity) => viewOf(entity, standings.get(entity.id)))
      .filter((view) => isMeant(view, query));
    return pageOf(sorted(views, query.sort ?? 'place'), ({ id }) => id, query);
  }

  /** @throws {OperationError} `not_found`. */
  get(id: string): ProviderView {
    return viewOf(this.require(id), this.#standings().get(id));
  }

  /** The thing itself, with its secrets. @throws {OperationError} `not_found`. */
  require(id: string): ViewedEntity {
    const entity = this.#services.config.view().find('provider', id);
    if (entity === undefined) throw new OperationError('not_found', `There is no provider ${id}.`);
    return entity;
  }

  create(reason: ChangeReason, body: ProviderConfig): Promise<Changed<string>> {
    return this.#services.config.change(reason, (draft) => {
      addProvider(draft, body);
      return body.id;
    });
  }

  /** Fields that are given are replaced whole; null takes one away. `keys` adds keys, or gives the secrets of those that are there again. */
  update(reason: ChangeReason, id: string, { keys, ...patch }: Body, ifMatch: number | null): Promise<Changed<null>> {
    return this.#services.config.change(reason, (draft) => {
      const { body } = draft.require('provider', id);
      draft.replace('provider', id, patchBody(body, unmaskProvider(patch, body)), ifMatch);
      for (const column of enteredValues(patch)) draft.markValueEntered(id, column);
      for (const key of (keys ?? []) as readonly (string | Body)[]) enterKey(draft, id, typeof key === 'string' ? { secret: key } : key);
      return null;
    });
  }

  /** With its keys. @throws {OperationError} `in_use` while virtual keys name it. */
  remove(reason: ChangeReason, id: string, ifMatch: number | null): Promise<Changed<null>> {
    return this.#services.config.change(reason, (draft) => {
      draft.remove('provider', id, ifMatch);
      refuseInUse(draft, id);
      for (const key of keysOf(draft, id)) draft.remove('provider-key', key.id);
      return null;
    });
  }

  #standings(): ReadonlyMap<string, ProviderStanding> {
    return new Map(this.#services.board.providers().map((standing) => [String(standing.provider), standing]));
  }
}

/** Adds a provider with the keys that it brings. @throws {OperationError} */
export function addProvider(draft: ConfigDraft, { keys, ...body }: ProviderConfig): void {
  if (TAKEN_IDS.has(body.id))
    throw new OperationError('invalid_field', `The id ${body.id} is a word of the API; choose another.`, {
      problems: [{ path: 'id', message: 'is a word of the API' }],
    });
  draft.create('provider', body.id, body);
  for (const key of keys ?? []) addKey(draft, body.id, typeof key === 'string' ? { secret: key } : key);
}

/** Puts a key into a provider: over the one of its id, or beside the others. */
function enterKey(draft: ConfigDraft, provider: string, key: Body): void {
  const id = `${provider}/${String(key['id'])}`;
  const known = draft.find('provider-key', id);
  if (known === undefined) {
    addKey(draft, provider, key);
    return;
  }
  draft.replace('provider-key', id, patchBody(known.body, { ...key, secret: normaliseSecret(String(key['secret'])) }));
  draft.markEntered(id);
}

export function keysOf(draft: ConfigDraft, provider: string): readonly ConfigEntity[] {
  return draft.list('provider-key').filter(({ id }) => id.startsWith(`${provider}/`));
}

function refuseInUse(draft: ConfigDraft, provider: string): void {
  const users = draft.list('virtual-key').filter(({ body }) => Array.isArray(body['providers']) && body['providers'].includes(provider));
  if (users.length === 0) return;
  const named = users.slice(0, MOST_NAMED).map(({ id }) => id);
  const more = users.length > MOST_NAMED ? ` and ${users.length - MOST_NAMED} more` : '';
  throw new OperationError('in_use', `The provider ${provider} is named by the virtual keys ${named.join(', ')}${more}. Change those first.`);
}

function isMeant(view: ProviderView, { q, enabled, preset, kind }: ProviderQuery): boolean {
  if (enabled !== undefined && view.enabled !== enabled) return false;
  if (preset !== undefined && view['preset'] !== preset) return false;
  if (kind !== undefined && view.kind !== kind) return false;
  return isSought(q, view.id, view.name, typeof view['preset'] === 'string' ? view['preset'] : undefined);
}

function sorted(views: readonly ProviderView[], sort: NonNullable<ProviderQuery['sort']>): readonly ProviderView[] {
  if (sort === 'place') return views;
  const sign = sort.startsWith('-') ? -1 : 1;
  const field = sort.replace('-', '');
  return views.toSorted((a, b) => {
    if (field === 'updated') return sign * ((a.updatedAtMs ?? 0) - (b.updatedAtMs ?? 0));
    const [left, right] = field === 'name' ? [a.name, b.name] : [a.id, b.id];
    return left === right ? 0 : sign * (left < right ? -1 : 1);
  });
}

function viewOf(entity: ViewedEntity, standing: ProviderStanding | undefined): ProviderView {
  const { id, body, revision, origin, createdAtMs, updatedAtMs } = entity;
  return {
    ...maskProvider(body),
    id,
    name: typeof body['name'] === 'string' ? body['name'] : id,
    enabled: body['enabled'] !== false,
    kind: kindOfProvider(body as ProviderConfig),
    keyStates: standing?.keys ?? NO_KEYS,
    standing: { rest: standing?.rest ?? null, models: standing?.models ?? [] },
    revision,
    origin,
    createdAtMs,
    updatedAtMs,
  };
}
