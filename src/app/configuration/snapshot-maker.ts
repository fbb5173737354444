import { readFileSync } from 'node:fs';
import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { entitiesOf } from '../../config/config-entities.ts';
import { compileSnapshot } from '../../config/compile-snapshot.ts';
import type { Environment } from '../../config/expand-environment.ts';
import { layerEnvironment, loadConfig, parseConfigFile } from '../../config/load-config.ts';
import type { LoadedConfig } from '../../config/loaded-config.ts';
import type { GatewayConfig } from '../../config/schema/gateway-config-schema.ts';
import type { GatewaySnapshot } from '../../config/snapshot.ts';
import type { CompiledConfig } from '../../control/config/database-config.ts';
import type { PriceCatalogue } from '../../domain/preset.ts';
import { traitsOf } from '../../presets/model-traits.ts';
import { PRESETS } from '../../presets/presets.ts';
import { loadBundledPrices } from '../../presets/price-catalogue.ts';
import { hashToken } from '../../security/hash-token.ts';

/** Turns configuration texts into snapshots, each with the next revision number. */
export class SnapshotMaker {
  readonly #bootstrap: BootstrapConfig;
  readonly #environment: Environment;
  readonly #prices: PriceCatalogue = loadBundledPrices();
  #revision = 0;

  constructor(bootstrap: BootstrapConfig, environment: Environment) {
    this.#bootstrap = bootstrap;
    this.#environment = environment;
  }

  /** Reads the file or the environment. Throws ConfigError. `text` is the file's, for the watcher. */
  first(): { readonly loaded: LoadedConfig; readonly snapshot: GatewaySnapshot; readonly text: string } {
    const { configFile } = this.#bootstrap;
    const loaded = loadConfig(this.#bootstrap, this.#environment, PRESETS);
    return { loaded, snapshot: this.#compileNext(loaded), text: configFile === null ? '' : readFileSync(configFile, 'utf8') };
  }

  /** The snapshot of a file's text, with what it was compiled from. Throws ConfigError. */
  parsed(text: string): { readonly loaded: LoadedConfig; readonly snapshot: GatewaySnapshot } {
    const loaded = parseConfigFile(text, this.#bootstrap, this.#environment, PRESETS);
    return { loaded, snapshot: this.#compileNext(loaded) };
  }

  /** What the database holds, with what variables add to it. The revision is the database's. Throws ConfigError. */
  fromStored(stored: GatewayConfig, revision: number): CompiledConfig & { readonly warnings: readonly string[] } {
    const { loaded, added } = layerEnvironment(stored, this.#bootstrap, this.#environment, PRESETS);
    return { snapshot: this.#compile(loaded, revision), environment: entitiesOf(added), warnings: loaded.warnings };
  }

  #compileNext(loaded: LoadedConfig): GatewaySnapshot {
    const snapshot = this.#compile(loaded, this.#revision + 1);
    this.#revision += 1;
    return snapshot;
  }

  #compile(loaded: LoadedConfig, revision: number): GatewaySnapshot {
    const { httpsProxy, noProxy } = this.#bootstrap;
    return compileSnapshot(loaded.config, {
      presets: PRESETS,
      prices: this.#prices,
      traits: traitsOf,
      revision,
      source: loaded.source,
      hashSecret: hashToken,
      outgoingProxy: httpsProxy === null ? null : { url: httpsProxy, except: noProxy },
    });
  }
}
