import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import type { Environment } from '../config/expand-environment.ts';

/** What `serve` starts from. */
export interface ServeOptions {
  readonly bootstrap: BootstrapConfig;
  readonly environment: Environment;
  readonly version: string;
}
