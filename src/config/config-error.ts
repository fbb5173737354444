/** One thing that is wrong with a configuration, without any secret in its words. */
export interface ConfigProblem {
  /** `providers[0].keys[1].weight`, or the name of an environment variable; empty when the whole source is meant. */
  readonly path: string;
  /** 1-based place in the file; null where there is no file. */
  readonly line: number | null;
  readonly column: number | null;
  /** The end of the sentence that begins with the place: `unknown field "keyz", did you mean "keys"?` */
  readonly message: string;
}

const MOST_SHOWN = 50;

/** A configuration that cannot be used. `message` holds one printable line a problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** A file path, or `environment`. */
  readonly source: string;
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[]) {
    const shown = problems.slice(0, MOST_SHOWN).map((problem) => describeProblem(source, problem));
    if (problems.length > MOST_SHOWN) shown.push(`${source}: and ${problems.length - MOST_SHOWN} problems more.`);
    super(shown.join('\n'));
    this.source = source;
    this.problems = problems;
  }
}

function describeProblem(source: string, { path, line, column, message }: ConfigProblem): string {
  const place = line === null ? source : `${source}:${line}:${column ?? 1}`;
  const start = path === '' ? `${place}:` : `${place} ${path}:`;
  return /[.?!]$/u.test(message) ? `${start} ${message}` : `${start} ${message}.`;
}
