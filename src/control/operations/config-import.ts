import { ConfigError } from '../../config/config-error.ts';
import { entitiesOf, type ConfigEntity } from '../../config/config-entities.ts';
import type { Environment } from '../../config/expand-environment.ts';
import { readImportedConfig } from '../../config/imported-config.ts';
import type { GatewayConfig } from '../../config/schema/gateway-config-schema.ts';
import { isPlaceholderFor, variableOfPlaceholder } from '../../config/secret-placeholder.ts';
import { SealError } from '../../security/sealing/seal-error.ts';
import type { ConfigDraft } from '../config/config-draft.ts';
import type { Changed, ChangeReason, ConfigPlan, ConfigService } from '../config/config-service.ts';
import { isSealed, replaceSecrets, secretAt } from '../config/entity-sealing.ts';
import { OperationError } from '../operation-error.ts';
import { providerIdOf, sealedIdOf } from './config-export.ts';
import { withStoredSecret } from './virtual-key-secret.ts';

type Body = Readonly<Record<string, unknown>>;

/** `replace`: what the import does not name goes away. `merge`: it stays, and so do its fields of the settings. */
export const IMPORT_MODES = ['replace', 'merge'] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

/** A whole configuration that is brought in. */
export interface ImportOrder {
  /** YAML or JSON text, or the value of a JSON body. */
  readonly written: unknown;
  /** How messages name it. */
  readonly source: string;
  readonly mode: ImportMode;
  /** Where `${NAME}` is looked up; null: nowhere. */
  readonly environment: Environment | null;
  /** The revision of the configuration that the caller saw; null: whatever it is. */
  readonly ifMatch: number | null;
}

/** Brings in whole configurations, exports of this gateway among them: their placeholders keep what is stored, their sealed secrets open. */
export class ConfigImports {
  readonly #config: ConfigService;

  constructor(config: ConfigService) {
    this.#config = config;
  }

  /** What the import would do, with nothing done. @throws {OperationError} */
  async plan(order: ImportOrder): Promise<ConfigPlan> {
    const edit = await this.#editOf(order);
    return this.#config.plan(edit);
  }

  /** @throws {OperationError} */
  async apply(reason: ChangeReason, order: ImportOrder): Promise<Changed<null>> {
    const edit = await this.#editOf(order);
    return this.#config.change(reason, (draft) => {
      edit(draft);
      return null;
    });
  }

  async #editOf(order: ImportOrder): Promise<(draft: ConfigDraft) => void> {
    const { mode, ifMatch } = order;
    // Told first: in a file nothing else about the import matters.
    if (this.#config.source.kind === 'file') await this.#config.plan(() => undefined);
    const config = this.#read(order);
    const opened = await this.#opened(entitiesOf(config));
    return (draft) => {
      this.#requireRevision(ifMatch);
      const entities = opened.map((entity) => settled(entity, draft));
      if (mode === 'replace') draft.replaceAll(entities);
      else mergeInto(draft, entities);
    };
  }

  #read({ written, source, mode, environment }: ImportOrder): GatewayConfig {
    try {
      const config = readImportedConfig(written, source, environment);
      if (mode === 'replace' && Object.keys(config).length === 0)
        throw new OperationError('invalid_request', `${source} holds no configuration; to take everything away, write "providers: []".`);
      return config;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const [first = ''] = error.message.split('\n', 1);
      const problems = error.problems.slice(0, MOST_PROBLEMS).map(({ path, message }) => ({ path, message }));
      throw new OperationError('invalid_field', first, { problems });
    }
  }

  /** The same things with what an export sealed in the clear. */
  async #opened(entities: readonly ConfigEntity[]): Promise<readonly ConfigEntity[]> {
    const opened: ConfigEntity[] = [];
    const providers = new Map<string, Body>();
    // Providers stand before their keys, which open for the addresses that they are sent to.
    for (const entity of entities) {
      const body = await this.#openedBody(entity, providers.get(providerIdOf(entity)) ?? entity.body);
      if (entity.kind === 'provider') providers.set(entity.id, body);
      opened.push({ ...entity, body });
    }
    return opened;
  }

  async #openedBody(entity: ConfigEntity, provider: Body): Promise<Body> {
    const { kind, body } = entity;
    let hasSealed = false;
    replaceSecrets(kind, body, (text) => {
      hasSealed ||= isSealed(text);
      return text;
    });
    if (!hasSealed) return body;
    try {
      return await this.#config.open({ kind, id: sealedIdOf(entity, provider), body });
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      throw refusal(entity, '', 'holds a sealed secret that does not open: it was sealed elsewhere, for another address, or for another key');
    }
  }

  #requireRevision(ifMatch: number | null): void {
    const { revision } = this.#config.view();
    if (ifMatch === null || ifMatch === revision) return;
    throw new OperationError('precondition_failed', `The configuration was changed meanwhile: it is of revision ${revision} now. Look at it again.`);
  }
}

const MOST_PROBLEMS = 50;

/** The thing as it is stored: placeholders are what they stand for, and a virtual key has a hash in the place of its secret. */
function settled(entity: ConfigEntity, draft: ConfigDraft): ConfigEntity {
  const { kind, id, body } = entity;
  const stored = draft.find(kind, id)?.body;
  if (kind === 'virtual-key') return { ...entity, body: settledVirtualKey(entity, stored) };
  const settledBody = replaceSecrets(kind, body, (text, column) => {
    if (variableOfPlaceholder(text) === null) return text;
    const kept = isPlaceholderFor(text, kind, id, column) ? secretAt(stored ?? {}, column) : undefined;
    if (kept === undefined) throw unknownPlaceholder(entity, column, text);
    return kept;
  });
  return { ...entity, body: settledBody };
}

function settledVirtualKey(entity: ConfigEntity, stored: Body | undefined): Body {
  const { kind, id, body } = entity;
  const { secret, ...rest } = body;
  const isPlaceholder = typeof secret === 'string' && variableOfPlaceholder(secret) !== null;
  if (isPlaceholder && (stored === undefined || !isPlaceholderFor(secret, kind, id, 'secret'))) throw unknownPlaceholder(entity, 'secret', secret);
  // Named without a secret it keeps the one that it has.
  if (isPlaceholder || (secret === undefined && body['secretHash'] === undefined)) return { ...secretFieldsOf(stored), ...rest };
  try {
    // Whether it opens another virtual key is seen when the whole is checked.
    return withStoredSecret(body, []);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const [problem] = error.problems;
    throw refusal(entity, problem?.path ?? '', problem?.message ?? 'cannot be used');
  }
}

function secretFieldsOf(stored: Body = {}): Body {
  const fields = ['secretHash', 'preview', 'previousSecretHash', 'previousUntil'];
  return Object.fromEntries(Object.entries(stored).filter(([field]) => fields.includes(field)));
}

/** Puts things over those of the same name, and new ones behind the others. */
function mergeInto(draft: ConfigDraft, entities: readonly ConfigEntity[]): void {
  const places = new Map<string, number>();
  for (const { kind, place } of draft.entities) places.set(kind, Math.max(places.get(kind) ?? -1, place));
  for (const entity of entities) {
    const { kind, id, body } = entity;
    const stored = draft.find(kind, id);
    const place = stored?.place ?? (places.get(kind) ?? -1) + 1;
    places.set(kind, Math.max(places.get(kind) ?? -1, place));
    draft.put({ kind, id, place, body: kind === 'settings' ? { ...stored?.body, ...body } : body });
  }
}

function unknownPlaceholder(entity: ConfigEntity, column: string, text: string): OperationError {
  return refusal(entity, column, `is the placeholder ${text}, but nothing is stored that it could stand for; write the secret itself`);
}

function refusal({ kind, id }: ConfigEntity, column: string, message: string): OperationError {
  const thing = kind === 'virtual-key' ? `virtualKeys.${id}` : kind === 'settings' ? id : `providers.${id.replace('/', '.keys.')}`;
  const path = column === '' ? thing : `${thing}.${column}`;
  return new OperationError('invalid_field', `${path} ${message}.`, { problems: [{ path, message }] });
}
