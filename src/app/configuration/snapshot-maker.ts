import { readFileSync } from 'node:fs';
import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { compileSnapshot } from '../config/compile-snapshot.ts';
import type { Environment } from '../config/expand-environment.ts';
import { loadConfig, parseConfigFile } from '../config/load-config.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import type { GatewaySnapshot } from '../config/snapshot.ts';
import type { PriceCatalogue } from '../domain/preset.ts';
import { traitsOf } from '../presets/model-traits.ts';
import { PRESETS } from '../presets/presets.ts';
import { loadBundledPrices } from '../presets/price-catalogue.ts';
import { hashToken } from '../security/hash-token.ts';

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
    return { loaded, snapshot: this.#compile(loaded), text: configFile === null ? '' : readFileSync(configFile, 'utf8') };
  }

  fromText(text: string): GatewaySnapshot {
    return this.#compile(parseConfigFile(text, this.#bootstrap, this.#environment, PRESETS));
  }

  #compile(loaded: LoadedConfig): GatewaySnapshot {
    const { httpsProxy, noProxy } = this.#bootstrap;
    const snapshot = compileSnapshot(loaded.config, {
      presets: PRESETS,
      prices: this.#prices,
      traits: traitsOf,
      revision: this.#revision + 1,
      source: loaded.source,
      hashSecret: hashToken,
      outgoingProxy: httpsProxy === null ? null : { url: httpsProxy, except: noProxy },
    });
    this.#revision += 1;
    return snapshot;
  }
}
