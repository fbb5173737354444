import { ADMIN_ACTIONS, type AdminAction } from './admin-actions.ts';
import { includesRole, type Role } from './role.ts';

/** Whether a role may do something. What is no role or no act, which the types rule out, may nothing. */
export function mayDo(role: Role, action: AdminAction): boolean {
  return Object.hasOwn(ADMIN_ACTIONS, action) && includesRole(role, ADMIN_ACTIONS[action]);
}
