import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import type { GatewaySnapshot } from '../config/snapshot.ts';

/** Every secret in the clear that this process holds, for the redactor. */
export function secretsOf(snapshot: GatewaySnapshot, bootstrap: BootstrapConfig): readonly string[] {
  const secrets = snapshot.providers.flatMap((provider) => provider.keys.map((key) => key.secret));
  if (bootstrap.adminToken !== null) secrets.push(bootstrap.adminToken);
  return [...secrets, ...bootstrap.globalProxyKeys].filter((secret) => secret !== '');
}
