import { readBootstrap } from '../config/bootstrap.ts';
import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { readDotenvFile } from '../config/dotenv-file.ts';
import type { Environment } from '../config/expand-environment.ts';

export interface Start {
  readonly bootstrap: BootstrapConfig;
  readonly environment: Environment;
}

/** What every command that needs the gateway's settings starts from: `.env` of the working directory under the real environment. */
export function readStart(overrides: Environment = {}): Start {
  const { environment: merged, fromFile } = readDotenvFile(process.cwd(), process.env);
  const environment = { ...merged, ...overrides };
  return { environment, bootstrap: readBootstrap(environment, { fromFile }) };
}

/** The sentence of an error, for a person. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
