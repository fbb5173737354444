import { randomBytes } from 'node:crypto';
import { slugsFrom } from '../../config/slug.ts';
import { hashToken } from '../../security/hash-token.ts';
import { makeToken } from '../../security/tokens/make-token.ts';
import type { ConfigDraft } from '../config/config-draft.ts';
import type { Changed, ChangeReason } from '../config/config-service.ts';
import type { ViewedEntity } from '../config/config-view.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import { isSought, pageOf, type Page, type PageQuery } from './page.ts';
import { patchBody } from './patch-body.ts';
import { sortViews, type ViewSort } from './sort-views.ts';
import { problemOfHash, problemOfSecret, secretHashOf, storedFormOf, withStoredSecret } from './virtual-key-secret.ts';
import { viewOfVirtualKey, type VirtualKeyView } from './virtual-key-view.ts';

type Body = Readonly<Record<string, unknown>>;

export interface VirtualKeyQuery extends PageQuery {
  readonly q?: string;
  readonly state?: VirtualKeyView['state'];
  readonly sort?: ViewSort;
}

export interface Rotation {
  /** How long the secret of before works too. Default 0: it is refused at once. */
  readonly graceSeconds?: number;
  /** The new one; absent: it is made. */
  readonly secret?: string;
}

/** What one virtual key used in a period. Money in micro-dollars. */
export interface VirtualKeyUsage {
  readonly id: string;
  readonly period: UsagePeriod;
  /** Epoch ms. */
  readonly fromMs: number;
  readonly exchanges: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
}

/** Whether a text may be used, and why not. */
export interface SecretVerdict {
  readonly valid: boolean;
  readonly message?: string;
}

const HOUR_MS = 3_600_000;
const PERIOD_MS = { '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS, '30d': 30 * 24 * HOUR_MS } as const;
export const USAGE_PERIODS = ['24h', '7d', '30d'] as const;
export type UsagePeriod = (typeof USAGE_PERIODS)[number];
export const MOST_GRACE_SECONDS = 30 * 86_400;
/** Of a present secret that was replaced: they say until when it works. */
const NO_PREVIOUS = { previousSecretHash: null, previousUntil: null } as const;

/** The secrets that the gateway issues to clients. In the database they are hashes: a secret is told once, when it is made. */
export class VirtualKeys {
  readonly #services: ControlServices;

  constructor(services: ControlServices) {
    this.#services = services;
  }

  list({ q, state, sort = 'place', ...page }: VirtualKeyQuery): Page<VirtualKeyView> {
    const nowMs = this.#services.nowMs();
    const views = this.#entities()
      .map((entity) => viewOfVirtualKey(entity, nowMs))
      .filter((view) => (state === undefined || view.state === state) && isSought(q, view.id, view.name, view.preview ?? undefined));
    return pageOf(sortViews(views, sort), ({ id }) => id, page);
  }

  /** @throws {OperationError} `not_found`. */
  get(id: string): VirtualKeyView {
    return viewOfVirtualKey(this.require(id), this.#services.nowMs());
  }

  /** The thing itself, with its hash. @throws {OperationError} `not_found`. */
  require(id: string): ViewedEntity {
    const entity = this.#services.config.view().find('virtual-key', id);
    if (entity === undefined) throw new OperationError('not_found', `There is no virtual key ${id}.`);
    return entity;
  }

  /** `secret`: the one that was made; null when the caller brought one. @throws {OperationError} */
  async create(reason: ChangeReason, body: Body): Promise<Changed<{ readonly id: string; readonly secret: string | null }>> {
    const isBrought = (typeof body['secret'] === 'string' && body['secret'] !== '') || body['secretHash'] !== undefined;
    const made = isBrought ? null : makeToken('virtual-key');
    return this.#services.config.change(reason, (draft) => {
      const id = typeof body['id'] === 'string' ? body['id'] : this.#freeId(draft, body['name']);
      const stored = withStoredSecret(made === null ? body : { ...body, secret: made }, this.#others(draft, id));
      draft.create('virtual-key', id, { ...stored, id });
      return { id, secret: made };
    });
  }

  /** An absent or empty secret keeps the one that is there; another one replaces it at once. @throws {OperationError} */
  update(reason: ChangeReason, id: string, patch: Body, ifMatch: number | null): Promise<Changed<null>> {
    return this.#services.config.change(reason, (draft) => {
      const { body } = draft.require('virtual-key', id);
      const { secret, secretHash, id: _id, ...fields } = patch;
      const next = patchBody(body, fields);
      draft.replace('virtual-key', id, this.#withSecret(draft, id, next, { secret, secretHash }), ifMatch);
      return null;
    });
  }

  remove(reason: ChangeReason, id: string, ifMatch: number | null): Promise<Changed<null>> {
    return this.#services.config.change(reason, (draft) => {
      draft.remove('virtual-key', id, ifMatch);
      return null;
    });
  }

  /** Another secret for the same key: its limits and what was used of them go on. @throws {OperationError} */
  async rotate(
    reason: ChangeReason,
    id: string,
    { graceSeconds = 0, secret }: Rotation,
    ifMatch: number | null = null,
  ): Promise<Changed<{ readonly secret: string | null }>> {
    const made = secret === undefined || secret === '' ? makeToken('virtual-key') : null;
    return this.#services.config.change(reason, (draft) => {
      const { body } = draft.require('virtual-key', id);
      const before = secretHashOf(body);
      const stored = withStoredSecret({ ...withoutSecret(body), secret: made ?? secret }, this.#others(draft, id));
      if (secretHashOf(stored) === before) throw wrong('secret', 'is the one that the key has already');
      const untilMs = this.#services.nowMs() + graceSeconds * 1000;
      const previous = graceSeconds > 0 ? { previousSecretHash: before, previousUntil: new Date(untilMs).toISOString() } : NO_PREVIOUS;
      draft.replace('virtual-key', id, patchBody(stored, previous), ifMatch);
      return { secret: made };
    });
  }

  /** Whether a text could be the secret of a new virtual key. */
  validate(secret: string): SecretVerdict {
    const others = this.#entities().map(({ body }) => body);
    const problem = problemOfSecret(secret) ?? problemOfHash(storedFormOf(secret).secretHash, others);
    return problem === null ? { valid: true } : { valid: false, message: `The key ${problem}.` };
  }

  /** Whether a text is the secret of a virtual key that is served now. */
  validateIssued(secret: string): SecretVerdict {
    const caller = this.#services.snapshot().callers.get(hashToken(secret));
    if (caller === undefined) return { valid: false, message: 'The key is not known here.' };
    if (!caller.enabled) return { valid: false, message: 'The key is disabled.' };
    const isOver = caller.expiresAtMs !== null && caller.expiresAtMs <= this.#services.nowMs();
    return isOver ? { valid: false, message: 'The key has expired.' } : { valid: true };
  }

  /** @throws {OperationError} `not_found`. */
  async usage(id: string, period: UsagePeriod): Promise<VirtualKeyUsage> {
    this.require(id);
    const fromMs = this.#services.nowMs() - PERIOD_MS[period];
    const totals = await this.#services.exchanges.total({ virtualKeyId: id, fromMs });
    return { id, period, fromMs, ...totals };
  }

  /** The body with another secret, if one is given. */
  #withSecret(draft: ConfigDraft, id: string, body: Body, { secret, secretHash }: Body): Body {
    if (secret === null) throw wrong('secret', 'cannot be taken away; disable or remove the key');
    if (secretHash === null) throw wrong('secretHash', 'cannot be taken away; disable or remove the key');
    const given = typeof secret === 'string' && secret !== '' ? { secret } : {};
    const givenHash = secretHash === undefined ? {} : { secretHash };
    if (Object.keys({ ...given, ...givenHash }).length === 0) return body;
    const stored = withStoredSecret({ ...withoutSecret(body), ...given, ...givenHash }, this.#others(draft, id));
    return secretHashOf(stored) === secretHashOf(body) ? body : patchBody(stored, NO_PREVIOUS);
  }

  /** Bodies of all virtual keys but this one, those of variables too. */
  #others(draft: ConfigDraft, id: string): readonly Body[] {
    const foreign = this.#entities().filter(({ origin }) => origin !== 'database');
    return [...draft.list('virtual-key'), ...foreign].filter((entity) => entity.id !== id).map(({ body }) => body);
  }

  #freeId(draft: ConfigDraft, name: unknown): string {
    const isFree = (id: string): boolean =>
      draft.find('virtual-key', id) === undefined && this.#services.config.view().find('virtual-key', id) === undefined;
    const [slug = ''] = slugsFrom([typeof name === 'string' ? name : ''], '');
    if (slug !== '' && isFree(slug)) return slug;
    return `${slug === '' ? 'vk' : slug.slice(0, LONGEST_STEM)}-${randomBytes(6).toString('hex')}`;
  }

  #entities(): readonly ViewedEntity[] {
    return this.#services.config.view().list('virtual-key');
  }
}

/** With a hyphen and twelve digits it is still a slug. */
const LONGEST_STEM = 50;

function withoutSecret(body: Body): Body {
  return patchBody(body, { secret: null, secretHash: null, preview: null });
}

function wrong(path: string, message: string): OperationError {
  return new OperationError('invalid_field', `${path} ${message}.`, { problems: [{ path, message }] });
}
