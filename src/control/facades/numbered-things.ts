import { secretDigest } from '../../config/secret-digest.ts';
import type { ConfigService } from '../config/config-service.ts';
import type { ConfigView } from '../config/config-view.ts';
import { keyIdOf, readKeyId } from './key-id.ts';

/** Twelve hex digits are 48 bits: safe as a number of JSON, and no two names are likely to meet. */
const DIGITS = 12;

interface Numbers {
  readonly view: ConfigView;
  readonly byName: ReadonlyMap<string, number>;
  readonly byNumber: ReadonlyMap<number, string>;
}

/**
 * Providers and their keys as clients know them that count their rows: the number is made of the name, so that it is the same in every process
 * and after every start.
 */
export class NumberedThings {
  readonly #config: () => ConfigService;
  #known: Numbers | null = null;

  /** @param config Asked only when there is something to number. */
  constructor(config: () => ConfigService) {
    this.#config = config;
  }

  /** Of a provider's id, or of a key's as `keyIdOf` writes it. */
  numberOf(name: string): number {
    return this.#numbers().byName.get(name) ?? numberFrom(name);
  }

  /** Null: no provider has this number. */
  findProvider(number: string): string | null {
    const name = this.#find(number);
    return name === null || readKeyId(name) !== null ? null : name;
  }

  /** A key by its number, or by its id as `keyIdOf` writes it; null: there is none. */
  findKey(written: string): { readonly provider: string; readonly key: string } | null {
    const named = readKeyId(written) ?? readKeyId(this.#find(written) ?? '');
    if (named === null) return null;
    return this.#config().view().find('provider-key', `${named.provider}/${named.key}`) === undefined ? null : named;
  }

  #find(number: string): string | null {
    return /^\d{1,16}$/u.test(number) ? (this.#numbers().byNumber.get(Number(number)) ?? null) : null;
  }

  #numbers(): Numbers {
    const view = this.#config().view();
    if (this.#known?.view !== view) this.#known = numbersOf(view);
    return this.#known;
  }
}

function numbersOf(view: ConfigView): Numbers {
  const providers = view.list('provider').map(({ id }) => id);
  const keys = view.list('provider-key').map(({ id }) => keyIdOf(id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)));
  const byName = new Map<string, number>();
  const byNumber = new Map<number, string>();
  for (const name of [...providers, ...keys].toSorted()) {
    let number = numberFrom(name);
    while (byNumber.has(number)) number += 1;
    byName.set(name, number);
    byNumber.set(number, name);
  }
  return { view, byName, byNumber };
}

function numberFrom(name: string): number {
  return Number.parseInt(secretDigest(name).slice(0, DIGITS), 16) + 1;
}
