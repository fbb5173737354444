import { ConfigError } from './config-error.ts';
import type { GatewayConfig, VirtualKeyConfig } from './schema/gateway-config-schema.ts';
import { secretDigest } from './secret-digest.ts';

const VARIABLE = 'GLOBAL_PROXY_KEYS';

/** Adds the keys of GLOBAL_PROXY_KEYS as virtual keys `global-1` and so on; they may use everything. Throws ConfigError when one is taken. */
export function addGlobalKeys(config: GatewayConfig, secrets: readonly string[]): GatewayConfig {
  if (secrets.length === 0) return config;
  const present = config.virtualKeys ?? [];
  const ids = new Set(present.map(({ id }) => id));
  const digests = new Set(
    present.flatMap(({ secret, secretHash, previousSecretHash }) => [
      secret === undefined ? secretHash?.slice('sha256:'.length) : secretDigest(secret),
      previousSecretHash?.slice('sha256:'.length),
    ]),
  );
  const added = secrets.map((secret, index): VirtualKeyConfig => {
    const id = `global-${index + 1}`;
    if (ids.has(id)) throw taken(`makes a virtual key "${id}", but the configuration has one of that id already`);
    if (digests.has(secretDigest(secret))) throw taken(`repeats the secret of a virtual key of the configuration (entry ${index + 1})`);
    return { id, name: `Global key ${index + 1}`, secret };
  });
  return { ...config, virtualKeys: [...present, ...added] };
}

function taken(message: string): ConfigError {
  return new ConfigError('environment', [{ path: VARIABLE, line: null, column: null, message }]);
}
