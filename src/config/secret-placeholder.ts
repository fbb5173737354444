import type { EntityKind } from './config-entities.ts';

/** What an export writes in the place of a secret: a variable, so that the file can be used once it is set. */
const PLACEHOLDER = /^\$\{(?<name>HEADGATE_[A-Z0-9_]+)\}$/u;
/** Variables that mean something else. */
const RESERVED = ['HEADGATE_MASTER_KEY'];

/** Gives each secret of one export a variable of its own. */
export class PlaceholderNames {
  readonly #taken = new Set<string>(RESERVED);

  /** `column`: as `secret` or `headers.x-api-key`. */
  placeholderFor(kind: EntityKind, id: string, column: string): string {
    const base = nameOfSecret(kind, id, column);
    let name = base;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${base}_${number}`;
    this.#taken.add(name);
    return `\${${name}}`;
  }
}

/** The variable of a text that is nothing but a placeholder; null: it is something else. */
export function variableOfPlaceholder(text: string): string | null {
  return PLACEHOLDER.exec(text)?.groups?.['name'] ?? null;
}

/** Whether a text is what an export writes for this secret, and not for another one. */
export function isPlaceholderFor(text: string, kind: EntityKind, id: string, column: string): boolean {
  const name = variableOfPlaceholder(text);
  const base = nameOfSecret(kind, id, column);
  return name !== null && name.startsWith(base) && /^(?:_\d+)?$/u.test(name.slice(base.length));
}

function nameOfSecret(kind: EntityKind, id: string, column: string): string {
  const words = [...(kind === 'virtual-key' ? ['virtual-key'] : []), id, ...(column === 'secret' ? [] : [column])];
  return `HEADGATE_${words
    .join('_')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/gu, '_')}`;
}
