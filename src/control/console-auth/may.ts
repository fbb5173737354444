import { mayDo } from '../../security/roles/may-do.ts';
import type { Access } from '../http/admin-route.ts';
import type { Principal } from '../principal.ts';

/** Whether somebody may call a route. Virtual keys see their own usage and nothing else. */
export function may(principal: Principal, access: Access): boolean {
  if (access === 'public') return true;
  if (principal.kind === 'nobody') return false;
  if (access === 'own-usage') return true;
  if (principal.kind === 'virtual-key') return false;
  return access === 'signed-in' || mayDo(principal.role, access);
}
