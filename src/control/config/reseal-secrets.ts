import type { SecretSealer } from '../../security/sealing/secret-sealer.ts';
import { sealedRows, type SealedRow } from '../../store/sealing/sealed-rows.ts';
import type { Database } from '../../store/database.ts';
import { resealBody } from './entity-sealing.ts';

/** What one walk through the database came to. */
export interface ResealedRows {
  /** Sealed anew. */
  readonly changed: number;
  /** Somebody else wrote them meanwhile: the next walk looks at them again. */
  readonly missed: number;
}

/** Seals every stored secret with the newest data key, row by row, while others read and write. @throws {SealError} */
export async function resealSecrets({ db }: Pick<Database, 'db'>, sealer: SecretSealer): Promise<ResealedRows> {
  let changed = 0;
  let missed = 0;
  for await (const row of sealedRows(db)) {
    const resealed = await resealRow(row, sealer);
    if (resealed === row.text) continue;
    if (await row.replace(resealed)) changed += 1;
    else missed += 1;
  }
  return { changed, missed };
}

function resealRow({ owner, text }: SealedRow, sealer: SecretSealer): Promise<string> {
  if (owner.kind === 'user') return sealer.reseal(text, { table: 'users', row: owner.id, column: 'totp_secret' });
  return resealBody(owner.kind, owner.id, text, sealer);
}
