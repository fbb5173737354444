import type { EntityKind } from '../../config/config-entities.ts';
import type { SealPurpose, SecretSealer } from '../../security/sealing/secret-sealer.ts';

type Body = Readonly<Record<string, unknown>>;
type SecretField = readonly [field: string, value: string | Readonly<Record<string, string>>];
type Change = (text: string, purpose: SealPurpose) => string | Promise<string>;

/** Fields whose texts are secret, or may be: of a map each value. */
const SEALED_FIELDS: Readonly<Record<EntityKind, readonly string[]>> = {
  provider: ['headers', 'query', 'proxyUrl'],
  'provider-key': ['secret'],
  'virtual-key': [],
  settings: [],
};
const SEALED = /^sealed:v1:/u;

/** Whether a text is the form in which secrets are stored and exported. */
export function isSealed(text: string): boolean {
  return SEALED.test(text);
}

/** The body as it is stored: JSON with its secrets sealed, each for its own place. */
export async function sealBody(kind: EntityKind, id: string, body: Body, sealer: SecretSealer): Promise<string> {
  return JSON.stringify(await changeSecrets(kind, id, body, (text, purpose) => sealer.seal(text, purpose)));
}

/** The stored body with its secrets under the newest data key; itself when they are. @throws {SealError} */
export async function resealBody(kind: EntityKind, id: string, stored: string, sealer: SecretSealer): Promise<string> {
  let isChanged = false;
  const body = await changeSecrets(kind, id, JSON.parse(stored) as Body, async (text, purpose) => {
    const resealed = isSealed(text) ? await sealer.reseal(text, purpose) : await sealer.seal(text, purpose);
    isChanged ||= resealed !== text;
    return resealed;
  });
  return isChanged ? JSON.stringify(body) : stored;
}

/** The body with its secrets in the clear. @throws {SealError} */
export function openBody(kind: EntityKind, id: string, stored: string, sealer: SecretSealer): Body {
  return openSealedParts(kind, id, JSON.parse(stored) as Body, sealer);
}

/** Opens secrets that stand sealed in a body; those in the clear stay. @throws {SealError} */
export function openSealedParts(kind: EntityKind, id: string, body: Body, sealer: SecretSealer): Body {
  return replaceSecrets(kind, body, (text, column) => openText(text, purposeOf(kind, id, column), sealer));
}

/** The body with other texts in the place of its secrets. `column`: as `secret` or `headers.x-api-key`. */
export function replaceSecrets(kind: EntityKind, body: Body, change: (text: string, column: string) => string): Body {
  const changed: Record<string, unknown> = { ...body };
  for (const [field, value] of secretFields(kind, body)) {
    changed[field] =
      typeof value === 'string'
        ? change(value, field)
        : Object.fromEntries(Object.entries(value).map(([name, text]) => [name, change(text, `${field}.${name}`)]));
  }
  return changed;
}

/** The text of one secret of a body. */
export function secretAt(body: Body, column: string): string | undefined {
  const dot = column.indexOf('.');
  const value = dot === -1 ? body[column] : (body[column.slice(0, dot)] as Body | undefined)?.[column.slice(dot + 1)];
  return typeof value === 'string' ? value : undefined;
}

function openText(text: string, purpose: SealPurpose, sealer: SecretSealer): string {
  return isSealed(text) ? sealer.open(text, purpose) : text;
}

async function changeSecrets(kind: EntityKind, id: string, body: Body, change: Change): Promise<Body> {
  const changed: Record<string, unknown> = { ...body };
  for (const [field, value] of secretFields(kind, body)) {
    if (typeof value === 'string') {
      changed[field] = await change(value, purposeOf(kind, id, field));
      continue;
    }
    const texts: [string, string][] = [];
    for (const [name, text] of Object.entries(value)) texts.push([name, await change(text, purposeOf(kind, id, `${field}.${name}`))]);
    changed[field] = Object.fromEntries(texts);
  }
  return changed;
}

function secretFields(kind: EntityKind, body: Body): readonly SecretField[] {
  const fields: SecretField[] = [];
  for (const field of SEALED_FIELDS[kind]) {
    const value = body[field];
    if (typeof value === 'string' && value !== '') fields.push([field, value]);
    else if (typeof value === 'object' && value !== null) fields.push([field, value as Readonly<Record<string, string>>]);
  }
  return fields;
}

function purposeOf(kind: EntityKind, id: string, column: string): SealPurpose {
  return { table: 'config_entities', row: `${kind} ${id}`, column };
}
