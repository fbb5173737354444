import type { SecretBox } from '../../control/console-auth/secret-box.ts';
import { SealError } from '../../security/sealing/seal-error.ts';
import type { SecretSealer } from '../../security/sealing/secret-sealer.ts';

/** The sealer, which looks once more for a data key that another process may have made since. */
export function patientSealer(sealer: SecretSealer): SecretBox {
  return {
    seal: (text, purpose) => sealer.seal(text, purpose),
    open: async (sealed, purpose) => {
      try {
        return sealer.open(sealed, purpose);
      } catch (error) {
        if (!(error instanceof SealError) || error.code !== 'unknown-data-key') throw error;
        await sealer.reload();
        return sealer.open(sealed, purpose);
      }
    },
  };
}
