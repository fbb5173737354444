import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

/** Secrets that occur nowhere else, so that finding one in an output is a leak. */
export class CanarySecrets {
  readonly #made = new Map<string, string>();

  /** A secret in the vendor's usual shape. `name` is how a failed assertion calls it. */
  make(name: string, prefix = 'sk-canary-'): string {
    const secret = `${prefix}${randomBytes(18).toString('hex')}`;
    this.#made.set(name, secret);
    return secret;
  }

  /** A secret that somebody else made. */
  add(name: string, secret: string): void {
    this.#made.set(name, secret);
  }

  get count(): number {
    return this.#made.size;
  }

  /** Fails when one of the texts holds a secret: as it is, in base64, or percent-encoded. */
  assertNoSecret(texts: Readonly<Record<string, string>> | readonly string[]): void {
    for (const [where, text] of Object.entries(texts)) {
      for (const [name, secret] of this.#made) {
        for (const form of formsOf(secret)) {
          const at = text.indexOf(form);
          assert.equal(at, -1, `The secret "${name}" occurs in text ${where} at ${at}: …${mask(text, form, at)}…`);
        }
      }
    }
  }
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '');
  // The last base64 character depends on what follows.
  return [secret, encodeURIComponent(secret), base64.slice(0, -1)];
}

function mask(text: string, form: string, at: number): string {
  return at === -1 ? '' : `${text.slice(Math.max(0, at - 60), at)}[secret]${text.slice(at + form.length, at + form.length + 20)}`;
}
