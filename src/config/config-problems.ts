import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type ConfigPath, formatPath } from './config-path.ts';

/** Place of a value, or of the name of a field, in the text. */
export type Locate = (path: ConfigPath, part: 'name' | 'value') => { readonly line: number; readonly column: number } | null;

/** How a source names its places: a file by line, the environment by variable, an older form by its own field names. */
export interface SourcePlaces {
  readonly source: string;
  readonly locate: Locate;
  /** Translates the path of the configuration into the one that the person wrote. Default: as it is. */
  readonly writtenPath?: (path: ConfigPath) => ConfigPath;
}

/** Collects what is wrong while a configuration is checked, so that all of it is told at once. */
export class ConfigProblems {
  readonly #places: SourcePlaces;
  readonly #problems: ConfigProblem[] = [];
  readonly #told = new Set<string>();

  constructor(places: SourcePlaces) {
    this.#places = places;
  }

  add(path: ConfigPath, message: string, part: 'name' | 'value' = 'value'): void {
    const written = this.#places.writtenPath?.(path) ?? path;
    const place = formatPath(written);
    // Several fields may have been made of one that the person wrote: one mistake is told once.
    if (this.#told.has(`${place}\n${message}`)) return;
    this.#told.add(`${place}\n${message}`);
    const position = this.#places.locate(written, part);
    this.#problems.push({ path: place, line: position?.line ?? null, column: position?.column ?? null, message });
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  throwIfAny(): void {
    if (this.#problems.length === 0) return;
    throw new ConfigError(
      this.#places.source,
      this.#problems.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0)),
    );
  }
}
