import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { Environment } from './expand-environment.ts';

/** Where the value in force came from: `default`, `environment NAME`, `.env NAME`, or a file. */
export type Origin = string;

export interface Setting<Value> {
  readonly value: Value;
  readonly origin: Origin;
}

/** Reads typed variables and collects what is wrong with them. An empty variable counts as not set. */
export class EnvironmentReader {
  readonly #environment: Environment;
  readonly #fromFile: ReadonlySet<string>;
  readonly #problems: ConfigProblem[] = [];

  constructor(environment: Environment, fromFile: ReadonlySet<string>) {
    this.#environment = environment;
    this.#fromFile = fromFile;
  }

  /** The first of these variables that is set. `parse` gives the value, or reports and gives undefined. */
  read<Value>(
    names: readonly string[],
    fallback: Value,
    parse: (text: string, report: (message: string) => void) => Value | undefined,
  ): Setting<Value> {
    for (const name of names) {
      const text = this.#environment[name]?.trim();
      if (text === undefined || text === '') continue;
      const value = parse(text, (message) => {
        this.report(name, message);
      });
      return { value: value ?? fallback, origin: `${this.#fromFile.has(name) ? '.env' : 'environment'} ${name}` };
    }
    return { value: fallback, origin: 'default' };
  }

  text(names: readonly string[], fallback: string): Setting<string> {
    return this.read(names, fallback, (text) => text);
  }

  flag(names: readonly string[], fallback: boolean): Setting<boolean> {
    return this.read(names, fallback, (text, report) => {
      const lower = text.toLowerCase();
      if (['true', '1', 'yes', 'on'].includes(lower)) return true;
      if (['false', '0', 'no', 'off'].includes(lower)) return false;
      report('must be true or false');
      return undefined;
    });
  }

  wholeNumber(names: readonly string[], fallback: number, minimum: number, maximum: number): Setting<number> {
    return this.read(names, fallback, (text, report) => {
      if (/^\d{1,12}$/u.test(text) && Number(text) >= minimum && Number(text) <= maximum) return Number(text);
      report(`must be a whole number from ${minimum} to ${maximum}`);
      return undefined;
    });
  }

  list(names: readonly string[], fallback: readonly string[]): Setting<readonly string[]> {
    return this.read(names, fallback, (text) => [
      ...new Set(
        text
          .split(',')
          .map((entry) => entry.trim())
          .filter((entry) => entry !== ''),
      ),
    ]);
  }

  report(name: string, message: string): void {
    this.#problems.push({ path: name, line: null, column: null, message });
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigError('environment', this.#problems);
  }
}
