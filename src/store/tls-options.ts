import { readFileSync } from 'node:fs';
import type { DatabaseTls } from '../config/database-config.ts';
import { reasonOf } from './reason-of.ts';
import { StoreError } from './store-error.ts';

/**
 * The part of the options of an encrypted connection that both drivers take.
 * @throws {StoreError} When the file of trusted certificates cannot be read.
 */
export function tlsOptions({ verify, caFile }: DatabaseTls): { readonly rejectUnauthorized: boolean; readonly ca?: string } {
  const rejectUnauthorized = verify !== 'nothing';
  if (caFile === null) return { rejectUnauthorized };
  try {
    return { rejectUnauthorized, ca: readFileSync(caFile, 'utf8') };
  } catch (error) {
    throw new StoreError(`The certificates in ${caFile} cannot be read: ${reasonOf(error)}.`);
  }
}
