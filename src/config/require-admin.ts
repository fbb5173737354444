import { isLoopbackHost } from '../lib/network-address.ts';
import type { EnvironmentReader } from './environment-reader.ts';
import type { Environment } from './expand-environment.ts';
import { weaknessOfSecret } from './weak-secret.ts';

/** Reports when the gateway would listen beyond this machine while nobody is set who may administer it. */
export function requireAdminBeyondLoopback(host: string, adminToken: string | null, environment: Environment, reader: EnvironmentReader): void {
  const password = environment['ADMIN_PASSWORD']?.trim() ?? '';
  const weakness = password === '' ? null : weaknessOfSecret(password);
  if (weakness !== null) reader.report('ADMIN_PASSWORD', weakness);
  if (isLoopbackOnly(host) || hasAdmin(adminToken, environment)) return;
  reader.report(
    'HOST',
    'opens the gateway beyond this machine, but no admin credential is set; set ADMIN_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD, or HOST=127.0.0.1',
  );
}

/** Whether any way to sign in as admin is configured. */
export function hasAdmin(adminToken: string | null, environment: Environment): boolean {
  const isSet = (name: string): boolean => (environment[name]?.trim() ?? '') !== '';
  return adminToken !== null || (isSet('ADMIN_USERNAME') && isSet('ADMIN_PASSWORD'));
}

/** `0.0.0.0` and `::` name every address of the machine, not loopback. */
export function isLoopbackOnly(host: string): boolean {
  const isEverything = /^(?:0+(?:\.0+){0,3}|[0:]+|::ffff:(?:0\.0\.0\.0|0:0))$/iu.test(host);
  return !isEverything && isLoopbackHost(host);
}
