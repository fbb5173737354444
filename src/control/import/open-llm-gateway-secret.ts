import { createDecipheriv } from 'node:crypto';
import { isHeaderSafe, normaliseSecret } from '../../config/normalise-secret.ts';

const SEALED = /^(?<iv>[0-9a-f]{32}):(?<sealed>(?:[0-9a-f]{32})+)$/iu;
const KEY_BYTES = 32;

/** A provider key of LLM Gateway, or why it cannot be had. */
export type OpenedSecret = { readonly secret: string } | { readonly problem: 'none' | 'sealed' | 'wrong-key' | 'unusable' };

/**
 * Reads a provider key as LLM Gateway keeps it: AES-256-CBC, the first 32 signs of its JWT_SECRET filled up with zeros as the key, written as
 * `iv:text` in hex. A value of another form is the key itself.
 */
export function openLlmGatewaySecret(stored: string, jwtSecret: string | null): OpenedSecret {
  const text = stored.trim();
  if (text === '') return { problem: 'none' };
  const parts = SEALED.exec(text)?.groups;
  if (parts === undefined) return usable(text, 'unusable');
  if (jwtSecret === null) return { problem: 'sealed' };
  const opened = decrypt(parts['iv'] ?? '', parts['sealed'] ?? '', jwtSecret);
  // The form has no check of its own: a wrong key may give signs too, but hardly ever a key.
  return opened === null ? { problem: 'wrong-key' } : usable(opened, 'wrong-key');
}

function usable(text: string, problem: 'unusable' | 'wrong-key'): OpenedSecret {
  const secret = normaliseSecret(text);
  return secret !== '' && isHeaderSafe(secret) ? { secret } : { problem };
}

function decrypt(iv: string, sealed: string, jwtSecret: string): string | null {
  const key = Buffer.from(jwtSecret.slice(0, KEY_BYTES).padEnd(KEY_BYTES, '0'));
  if (key.length !== KEY_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, Buffer.from(iv, 'hex'));
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'hex')), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
