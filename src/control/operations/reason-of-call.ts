import type { ChangeReason } from '../config/config-service.ts';
import type { AdminCall } from '../http/admin-route.ts';
import { OperationError } from '../operation-error.ts';
import type { Actor, Principal } from '../principal.ts';

/** Who asks, and for what, for history and audit. `action`: as `provider.create`. */
export function reasonOfCall(call: Pick<AdminCall, 'principal' | 'address' | 'requestId'>, action: string, summary: string): ChangeReason {
  const { address, requestId } = call;
  return { actor: actorOf(call.principal), address, requestId, action, summary };
}

/** @throws {OperationError} for those who may change nothing; the guard let them pass by mistake. */
function actorOf(principal: Principal): Actor {
  if (principal.kind === 'nobody' || principal.kind === 'virtual-key') throw new OperationError('forbidden', 'This needs a user who may change it.');
  return principal;
}
