import { isLoopbackHost } from '../lib/network-address.ts';
import type { BootstrapConfig } from './bootstrap-config.ts';
import type { EnvironmentReader, Setting } from './environment-reader.ts';

/** What lets somebody administer the gateway from the first moment on. */
type AdminCredentials = Pick<BootstrapConfig, 'adminToken' | 'adminAccount'>;
type Settings = { readonly [Name in 'host' | keyof AdminCredentials]: Setting<BootstrapConfig[Name]> };

/** Reports when the gateway would listen beyond this machine while nobody is set who may administer it. */
export function requireAdminBeyondLoopback({ host, adminToken, adminAccount }: Settings, reader: EnvironmentReader): void {
  if (isLoopbackOnly(host.value) || hasAdmin({ adminToken: adminToken.value, adminAccount: adminAccount.value })) return;
  reader.report(
    'HOST',
    'opens the gateway beyond this machine, but no admin credential is set; set ADMIN_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD, or HOST=127.0.0.1',
  );
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
