import type { SnapshotHolder } from '../../config/snapshot-holder.ts';
import type { CompiledCaller } from '../../config/snapshot.ts';
import type { CallerAccount, CallerDirectory } from '../../control/console-auth/caller-directory.ts';
import { hashToken } from '../../security/hash-token.ts';

/** The virtual keys of the snapshot in force, as those who may sign in to see their own usage. */
export function callersOf(holder: SnapshotHolder): CallerDirectory {
  const accountOf = (secretHash: string, caller: CompiledCaller): CallerAccount => {
    const isEnabled = caller.enabled && (caller.expiresAtMs === null || caller.expiresAtMs > Date.now());
    return { id: caller.id, name: caller.name, isEnabled, secretHash };
  };
  return {
    findBySecret: (secret) => {
      const hash = hashToken(secret);
      const caller = holder.current.callers.get(hash);
      return caller === undefined ? null : accountOf(hash, caller);
    },
    findById: (id) => {
      for (const [hash, caller] of holder.current.callers) if (caller.id === id) return accountOf(hash, caller);
      return null;
    },
  };
}
