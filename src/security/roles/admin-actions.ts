import type { Role } from './role.ts';

/**
 * Every act of the administration, and the lowest role that may do it. `read` looks, `write` changes what is configured, `operate` does
 * something now (test, wake, reload) and changes no configuration. What is a person's own (`profile`) is theirs in every role.
 */
export const ADMIN_ACTIONS = {
  'profile:read': 'viewer',
  'profile:write': 'viewer',
  'users:read': 'admin',
  'users:write': 'admin',
  'sessions:read': 'admin',
  'sessions:write': 'admin',
  'providers:read': 'viewer',
  'providers:write': 'operator',
  'providers:operate': 'operator',
  'provider-keys:read': 'viewer',
  'provider-keys:write': 'operator',
  'provider-keys:operate': 'operator',
  'models:read': 'viewer',
  'models:write': 'operator',
  'models:operate': 'operator',
  'catalogue:read': 'viewer',
  'catalogue:operate': 'operator',
  'routes:read': 'viewer',
  'routes:write': 'operator',
  'virtual-keys:read': 'viewer',
  'virtual-keys:write': 'operator',
  'prompt-rules:read': 'viewer',
  'prompt-rules:write': 'operator',
  'settings:read': 'viewer',
  'settings:write': 'admin',
  'health-targets:read': 'viewer',
  'health-targets:write': 'operator',
  'logs:read': 'operator',
  'ledger:read': 'viewer',
  // What people wrote and were answered.
  'bodies:read': 'admin',
  'stats:read': 'viewer',
  'events:read': 'viewer',
  'playground:operate': 'operator',
  'audit:read': 'operator',
  'agents:read': 'viewer',
  'agents:write': 'admin',
  'config:read': 'operator',
  'config:operate': 'operator',
  // Import and rollback can write everything that stands above, settings included.
  'config:write': 'admin',
} as const satisfies Record<string, Role>;

export type AdminAction = keyof typeof ADMIN_ACTIONS;
