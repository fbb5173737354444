import type { SealPurpose } from '../../security/sealing/secret-sealer.ts';

/** Seals secrets for the database. `open` may wait: another process may have made the data key a moment ago. */
export interface SecretBox {
  seal(text: string, purpose: SealPurpose): Promise<string>;
  open(sealed: string, purpose: SealPurpose): string | Promise<string>;
}
