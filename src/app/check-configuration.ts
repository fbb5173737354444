import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import type { Environment } from '../config/expand-environment.ts';
import { SnapshotMaker } from './configuration/snapshot-maker.ts';

/** Compiles the configuration and tells, line by line, what it holds. Throws ConfigError with every problem. */
export function checkConfiguration(bootstrap: BootstrapConfig, environment: Environment): readonly string[] {
  const { loaded, snapshot } = new SnapshotMaker(bootstrap, environment).first();
  const lines = snapshot.providers.map((provider) => {
    const keys = provider.keys.length === 1 ? '1 key' : `${provider.keys.length} keys`;
    const models = provider.kind === 'rest' ? 'REST' : provider.acceptsAnyModel ? 'any model' : `${provider.models.size} models`;
    return `provider ${provider.id} (${provider.preset}): ${keys}, ${models}${provider.enabled ? '' : ', disabled'}`;
  });
  lines.push(`${snapshot.callerCount} virtual keys`);
  return [`${loaded.source}: the configuration can be used.`, ...loaded.warnings.map((warning) => `warning: ${warning}`), ...lines];
}
