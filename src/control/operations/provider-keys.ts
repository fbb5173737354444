import type { ConfigEntity } from '../../config/config-entities.ts';
import { normaliseSecret } from '../../config/normalise-secret.ts';
import { secretDigest } from '../../config/secret-digest.ts';
import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import type { KeyStanding } from '../../ports/key-board.ts';
import { previewSecret } from '../../security/tokens/preview-secret.ts';
import type { ConfigDraft } from '../config/config-draft.ts';
import type { ChangeReason, Changed } from '../config/config-service.ts';
import type { ViewedEntity } from '../config/config-view.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import { isSought, pageOf, type Page, type PageQuery } from './page.ts';
import { patchBody } from './patch-body.ts';

type Body = Readonly<Record<string, unknown>>;

/** A provider key as it is shown: never with its secret. Times are epoch ms. */
export interface KeyView extends Omit<KeyStanding, 'provider' | 'key' | 'name' | 'weight'> {
  readonly id: string;
  readonly provider: string;
  /** Beginning and end of the secret. */
  readonly preview: string;
  readonly enabled: boolean;
  readonly weight: number;
  readonly models?: readonly string[];
  readonly limits?: Body;
  readonly revision: number;
  readonly origin: ViewedEntity['origin'];
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
}

export interface KeyQuery extends PageQuery {
  readonly q?: string;
  readonly state?: KeyStanding['state'];
}

/** What a batch came to. */
export interface BatchCounts {
  readonly added: number;
  /** Were there already, or twice in the batch. */
  readonly skipped: number;
  readonly failed: readonly { readonly line: number; readonly message: string }[];
  readonly ids: readonly string[];
}

/** The keys of one provider. */
export class ProviderKeys {
  readonly #services: ControlServices;

  constructor(services: ControlServices) {
    this.#services = services;
  }

  /** @throws {OperationError} `not_found`. */
  list(provider: string, query: KeyQuery): Page<KeyView> {
    this.#requireProvider(provider);
    const standings = new Map(this.#services.board.list(provider as ProviderId).map((standing) => [String(standing.key), standing]));
    const views = this.#entities(provider).map((entity) => viewOf(entity, standings.get(keyIdOf(entity))));
    const meant = views.filter(({ id, preview, state }) => isSought(query.q, id, preview) && (query.state === undefined || state === query.state));
    return pageOf(meant, ({ id }) => id, query);
  }

  /** @throws {OperationError} `not_found`. */
  get(provider: string, key: string): KeyView {
    const entity = this.require(provider, key);
    return viewOf(entity, this.#services.board.find(provider as ProviderId, key as ProviderKeyId) ?? undefined);
  }

  /** The thing itself, with its secret. @throws {OperationError} `not_found`. */
  require(provider: string, key: string): ViewedEntity {
    const entity = this.#services.config.view().find('provider-key', `${provider}/${key}`);
    if (entity === undefined) throw new OperationError('not_found', `The provider ${provider} has no key ${key}.`);
    return entity;
  }

  create(reason: ChangeReason, provider: string, body: Body): Promise<Changed<string>> {
    return this.#services.config.change(reason, (draft) => {
      draft.require('provider', provider);
      return addKey(draft, provider, body);
    });
  }

  /** A line is a secret; what is there already is skipped, what cannot be one is told with its line. All others are added at once. */
  async createMany(reason: ChangeReason, provider: string, secrets: readonly string[], common: Body): Promise<Changed<BatchCounts>> {
    return this.#services.config.change(reason, (draft) => {
      draft.require('provider', provider);
      const known = new Set(
        draft
          .list('provider-key')
          .filter(({ id }) => id.startsWith(`${provider}/`))
          .map(({ body }) => digestOf(body)),
      );
      const counts = { added: 0, skipped: 0, failed: [] as { line: number; message: string }[], ids: [] as string[] };
      for (const [index, text] of secrets.entries()) {
        const secret = normaliseSecret(text);
        if (secret === '') continue;
        const digest = secretDigest(secret);
        if (!/^[\x21-\x7e]+$/u.test(secret)) counts.failed.push({ line: index + 1, message: 'must be one word of visible ASCII characters' });
        else if (known.has(digest)) counts.skipped += 1;
        else {
          known.add(digest);
          counts.ids.push(addKey(draft, provider, { ...common, secret }));
          counts.added += 1;
        }
      }
      return counts;
    });
  }

  /** An empty or absent secret keeps the one that is there. */
  update(reason: ChangeReason, provider: string, key: string, patch: Body, ifMatch: number | null): Promise<Changed<null>> {
    return this.#services.config.change(reason, (draft) => {
      const id = `${provider}/${key}`;
      const { body } = draft.require('provider-key', id);
      const { secret, ...rest } = patch;
      const isNew = typeof secret === 'string' && normaliseSecret(secret) !== '';
      draft.replace('provider-key', id, patchBody(body, isNew ? { ...rest, secret: normaliseSecret(secret) } : rest), ifMatch);
      if (isNew) draft.markEntered(id);
      return null;
    });
  }

  remove(reason: ChangeReason, provider: string, key: string, ifMatch: number | null): Promise<Changed<null>> {
    return this.#services.config.change(reason, (draft) => {
      draft.remove('provider-key', `${provider}/${key}`, ifMatch);
      return null;
    });
  }

  /** Removes all keys of a provider; gives how many. */
  removeAll(reason: ChangeReason, provider: string): Promise<Changed<number>> {
    return this.#services.config.change(reason, (draft) => {
      draft.require('provider', provider);
      const keys = draft.list('provider-key').filter(({ id }) => id.startsWith(`${provider}/`));
      for (const { id } of keys) draft.remove('provider-key', id);
      return keys.length;
    });
  }

  /** Makes a key usable at once, whatever it rests for. @throws {OperationError} `not_found`. */
  wake(provider: string, key: string): KeyView {
    this.require(provider, key);
    this.#services.board.wake(provider as ProviderId, key as ProviderKeyId);
    return this.get(provider, key);
  }

  /** Takes a key out of use until somebody wakes it. @throws {OperationError} `not_found`. */
  suspend(provider: string, key: string, why: string): KeyView {
    this.require(provider, key);
    this.#services.board.suspend(provider as ProviderId, key as ProviderKeyId, why);
    return this.get(provider, key);
  }

  #entities(provider: string): readonly ViewedEntity[] {
    return this.#services.config
      .view()
      .list('provider-key')
      .filter(({ id }) => id.startsWith(`${provider}/`));
  }

  #requireProvider(provider: string): void {
    if (this.#services.config.view().find('provider', provider) === undefined)
      throw new OperationError('not_found', `There is no provider ${provider}.`);
  }
}

/** Adds a key to a draft and gives its id: the one that it names, else one made from its secret. @throws {OperationError} */
export function addKey(draft: ConfigDraft, provider: string, body: Body): string {
  const secret = secretIn(body);
  const id = typeof body['id'] === 'string' ? body['id'] : freeId(draft, provider, secret);
  draft.create('provider-key', `${provider}/${id}`, { ...body, id, secret });
  draft.markEntered(`${provider}/${id}`);
  return id;
}

function freeId(draft: ConfigDraft, provider: string, secret: string): string {
  const digest = secretDigest(secret);
  const lengths = [8, 16, 32, 62];
  const free = lengths.map((length) => `k-${digest.slice(0, length)}`).find((id) => draft.find('provider-key', `${provider}/${id}`) === undefined);
  return free ?? `k-${digest.slice(0, 8)}`;
}

function keyIdOf({ id }: ConfigEntity): string {
  return id.slice(id.indexOf('/') + 1);
}

/** Empty where there is none. */
function secretIn({ secret }: Body): string {
  return typeof secret === 'string' ? normaliseSecret(secret) : '';
}

function digestOf(body: Body): string {
  return secretDigest(secretIn(body));
}

function viewOf(entity: ViewedEntity, standing: KeyStanding | undefined): KeyView {
  const { body, revision, origin, createdAtMs, updatedAtMs } = entity;
  const [provider = ''] = entity.id.split('/', 1);
  const { secret: _secret, id: _id, ...fields } = body;
  const blank = { state: 'disabled', why: null, untilMs: null, suspension: null, rests: [], rejections: 0, inFlight: 0, lastUsedMs: null } as const;
  const {
    provider: _provider,
    key: _key,
    name: _name,
    weight,
    ...shown
  } = standing ?? { ...blank, caps: [], quotas: [], provider, key: '', name: '', weight: 1 };
  return {
    ...(fields as { models?: readonly string[]; limits?: Body }),
    id: keyIdOf(entity),
    provider,
    preview: previewSecret(secretIn(body)),
    enabled: body['enabled'] !== false,
    weight: typeof body['weight'] === 'number' ? body['weight'] : weight,
    ...shown,
    revision,
    origin,
    createdAtMs,
    updatedAtMs,
  };
}
