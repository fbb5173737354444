import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import type { CompiledProvider, GatewaySnapshot } from '../config/snapshot.ts';
import { secretPartsOf } from '../gateway/upstream/sign/secret-parts.ts';

/** Every secret in the clear that this process holds, for the redactor. */
export function secretsOf(snapshot: GatewaySnapshot, bootstrap: BootstrapConfig): readonly string[] {
  const secrets = snapshot.providers.flatMap(secretsOfProvider);
  if (bootstrap.adminToken !== null) secrets.push(bootstrap.adminToken);
  if (bootstrap.database.kind !== 'sqlite') secrets.push(bootstrap.database.password);
  const { adminAccount, jwtSecret, masterKey, oidc } = bootstrap;
  secrets.push(adminAccount?.password ?? '', jwtSecret ?? '', masterKey ?? '', oidc?.clientSecret ?? '');
  return [...secrets, ...bootstrap.globalProxyKeys].filter((secret) => secret !== '');
}

/** Signing keys are more than one secret: their parts must not be shown by themselves either. */
function secretsOfProvider({ keys, auth, authByProtocol }: CompiledProvider): string[] {
  const schemes = [auth, ...Object.values(authByProtocol)];
  return keys.flatMap(({ secret }) => [...new Set(schemes.flatMap((scheme) => secretPartsOf(secret, scheme)))]);
}
