import type { CallFacts } from './call-facts.ts';

interface CookieKind {
  readonly hostName: string;
  readonly plainName: string;
  readonly sameSite: 'Strict' | 'Lax';
  /** Null: until the browser is closed. */
  readonly lifeSeconds: number | null;
}

/** A cookie that no script reads. On https its `__Host-` name keeps other hosts of the domain from planting one. */
export class ConsoleCookie {
  readonly #kind: CookieKind;

  constructor(kind: CookieKind) {
    this.#kind = kind;
  }

  /** Null: there is none. Empty: there are two that differ, and one of them was planted. */
  read({ headers, isSecure }: Pick<CallFacts, 'headers' | 'isSecure'>): string | null {
    const prefix = `${this.#name(isSecure)}=`;
    const values = new Set<string>();
    for (const part of (headers['cookie'] ?? '').split(';')) {
      const pair = part.trim();
      if (pair.startsWith(prefix)) values.add(pair.slice(prefix.length));
    }
    const [value = null] = values;
    return values.size > 1 ? '' : value;
  }

  /** The value of Set-Cookie. */
  write(value: string, isSecure: boolean): string {
    const { lifeSeconds } = this.#kind;
    return this.#line(value, isSecure) + (lifeSeconds === null ? '' : `; Max-Age=${lifeSeconds}`);
  }

  /** The value of Set-Cookie that takes it away. */
  clear(isSecure: boolean): string {
    return `${this.#line('', isSecure)}; Max-Age=0`;
  }

  #line(value: string, isSecure: boolean): string {
    return `${this.#name(isSecure)}=${value}; Path=/; HttpOnly; SameSite=${this.#kind.sameSite}${isSecure ? '; Secure' : ''}`;
  }

  #name(isSecure: boolean): string {
    return isSecure ? this.#kind.hostName : this.#kind.plainName;
  }
}
