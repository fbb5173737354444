import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from './expand-environment.ts';

export interface MergedEnvironment {
  readonly environment: Environment;
  /** Names that came from the file. */
  readonly fromFile: ReadonlySet<string>;
}

/** Adds the variables of `.env` in a directory to those that are set; a set variable wins, also an empty one. */
export function readDotenvFile(directory: string, environment: Environment): MergedEnvironment {
  const entries = Object.entries(parseEnv(textOf(join(directory, '.env')))).filter(([name]) => environment[name] === undefined);
  return { environment: { ...Object.fromEntries(entries), ...definedOf(environment) }, fromFile: new Set(entries.map(([name]) => name)) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/u, '');
  } catch (error) {
    // Most directories have no such file.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR')) return '';
    throw new Error(`The file ${file} cannot be read.`, { cause: error });
  }
}

function definedOf(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}
