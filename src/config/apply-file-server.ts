import type { BootstrapConfig } from './bootstrap-config.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { hasAdmin, isLoopbackOnly } from './require-admin.ts';

/**
 * Takes host and port from a configuration file that carries them (llm-proxy's does), where no variable says otherwise.
 * A file alone never opens the gateway beyond this machine: without an admin credential it stays on loopback, and a warning says so.
 */
export function applyFileServer(bootstrap: BootstrapConfig, loaded: LoadedConfig): BootstrapConfig {
  const { host, port } = loaded.server;
  const takesPort = port !== undefined && bootstrap.origins.port === 'default';
  const takesHost = host !== undefined && bootstrap.origins.host === 'default';
  const mayOpen = host !== undefined && (isLoopbackOnly(host) || hasAdmin(bootstrap));
  const warning = `The file asks for the address ${host ?? ''}, but no admin credential is set: listening on ${bootstrap.host} only. Set ADMIN_TOKEN to open it.`;
  const origin = `file ${loaded.source}`;
  return {
    ...bootstrap,
    ...(takesPort ? { port } : {}),
    ...(takesHost && mayOpen ? { host } : {}),
    origins: { ...bootstrap.origins, ...(takesPort ? { port: origin } : {}), ...(takesHost && mayOpen ? { host: origin } : {}) },
    warnings: [...bootstrap.warnings, ...(takesHost && !mayOpen ? [warning] : [])],
  };
}
