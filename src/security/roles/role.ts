/** Who may do what in the administration; each may do all that the one before may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}

/** Whether a role holds everything that another one holds. */
export function includesRole(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(other);
}

/** Whether a person with one role may give another one to somebody: users are the admins' affair, and nobody gives more than they have. */
export function mayGrant(role: Role, granted: Role): boolean {
  return role === 'admin' && includesRole(role, granted);
}
