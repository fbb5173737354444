import type { BootstrapConfig, BootstrapName } from './bootstrap-config.ts';
import { databaseLabel } from './database-config.ts';
import type { Origin } from './environment-reader.ts';

export interface EffectiveSetting {
  readonly name: BootstrapName;
  /** Secrets are masked. */
  readonly value: string;
  readonly origin: Origin;
}

/** The settings of the start with their origins, for the log. Holds no secret. */
export function effectiveSettings(bootstrap: BootstrapConfig): readonly EffectiveSetting[] {
  return Object.entries(bootstrap.origins).map(([key, origin]) => {
    const name = key as BootstrapName;
    return { name, value: shownValue(name, bootstrap), origin };
  });
}

function shownValue(name: BootstrapName, bootstrap: BootstrapConfig): string {
  if (name === 'adminToken' || name === 'jwtSecret' || name === 'masterKey') return bootstrap[name] === null ? 'not set' : '********';
  if (name === 'adminAccount') return bootstrap.adminAccount?.username ?? 'not set';
  if (name === 'oidc') return bootstrap.oidc?.issuer ?? 'not set';
  if (name === 'globalProxyKeys')
    return bootstrap.globalProxyKeys.length === 0 ? 'not set' : bootstrap.globalProxyKeys.map(() => '********').join(',');
  if (name === 'database') return databaseLabel(bootstrap.database);
  if (name === 'httpsProxy') return bootstrap.httpsProxy === null ? 'not set' : withoutCredentials(bootstrap.httpsProxy);
  const value = bootstrap[name];
  if (value === null) return 'not set';
  return Array.isArray(value) ? value.join(',') || 'none' : String(value);
}

function withoutCredentials(url: string): string {
  const shown = new URL(url);
  if (shown.username !== '' || shown.password !== '') [shown.username, shown.password] = ['********', ''];
  return shown.href;
}
