import type { Role } from '../security/roles/role.ts';

/** Who asks the control plane. A virtual key sees what it used itself and nothing else. */
export type Principal =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'user'; readonly id: string; readonly name: string; readonly role: Role; readonly sessionId: string }
  | { readonly kind: 'admin-token'; readonly id: 'admin-token'; readonly name: 'admin token'; readonly role: 'admin' }
  | { readonly kind: 'machine'; readonly id: 'machine'; readonly name: string; readonly role: 'admin' }
  | { readonly kind: 'virtual-key'; readonly id: string; readonly name: string };

/** Who may change something: a person, the admin token, or an operator at the machine itself. */
export type Actor = Extract<Principal, { readonly role: Role }>;
