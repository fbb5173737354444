import { isLoopbackHost } from '../lib/network-address.ts';
import type { BootstrapConfig } from './bootstrap-config.ts';

/** What lets somebody administer the gateway from the first moment on. */
type AdminCredentials = Pick<BootstrapConfig, 'adminToken' | 'adminAccount'>;

/** Why the gateway must not listen where it is told to while nobody administers it; null: it may. */
export function problemOfOpenDoor(bootstrap: AdminCredentials & Pick<BootstrapConfig, 'host'>): string | null {
  if (isLoopbackOnly(bootstrap.host) || hasAdmin(bootstrap)) return null;
  return `HOST (${bootstrap.host}) opens the gateway beyond this machine, but nobody administers it: no admin credential is set, and there is no user. Set ADMIN_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD, make an admin with "headgate create-admin", or set HOST=127.0.0.1.`;
}

/** Whether any way to sign in as admin is configured. */
export function hasAdmin({ adminToken, adminAccount }: AdminCredentials): boolean {
  return adminToken !== null || adminAccount !== null;
}

/** `0.0.0.0` and `::` name every address of the machine, not loopback. */
export function isLoopbackOnly(host: string): boolean {
  const isEverything = /^(?:0+(?:\.0+){0,3}|[0:]+|::ffff:(?:0\.0\.0\.0|0:0))$/iu.test(host);
  return !isEverything && isLoopbackHost(host);
}
