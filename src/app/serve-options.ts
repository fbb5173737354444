import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import type { Environment } from '../config/expand-environment.ts';

/** What `serve` starts from. */
export interface ServeOptions {
  readonly bootstrap: BootstrapConfig;
  readonly environment: Environment;
  readonly version: string;
}

/** A sentence for the person who started the program; the process ends with code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
