import { includesRole, type Role } from '../../../security/roles/role.ts';
import type { OidcConfig } from '../../../config/admin-access.ts';

type RoleRules = Pick<OidcConfig, 'roleClaim' | 'roleMap' | 'defaultRole'>;

/** The highest role that the claims of an ID token map to; null: not let in. */
export function roleOfClaims(claims: Readonly<Record<string, unknown>>, { roleClaim, roleMap, defaultRole }: RoleRules): Role | null {
  const claim = Object.hasOwn(claims, roleClaim) ? claims[roleClaim] : [];
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  let highest: Role | null = null;
  for (const value of values) {
    const role = typeof value === 'string' && Object.hasOwn(roleMap, value) ? (roleMap[value] ?? null) : null;
    if (role !== null && (highest === null || includesRole(role, highest))) highest = role;
  }
  return highest ?? defaultRole;
}
