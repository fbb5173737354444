const REDACTED = '[redacted]';
/** Shorter ones would blank ordinary words. */
const SHORTEST_SECRET = 8;
/** Learned secrets that are kept: tokens live an hour, and each key has one. */
const MOST_LEARNED = 1000;

/** Shapes of credentials that are nobody's known secret: a client's, or one that was just taken out of the configuration. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(\/\/)[^\s/@]+(?=@)/g, `$1${REDACTED}`],
  [/(?<![A-Za-z0-9])(Bearer\s+)[^\s"',;<>]+/gi, `$1${REDACTED}`],
  [/(?<![A-Za-z0-9])((?:authorization|api-key|proxy-key|admin-token)["']?\s*:\s*["']?)(?!Bearer\s)(?:Basic\s+)?[^\s"',;<>]+/gi, `$1${REDACTED}`],
  [/(?<![A-Za-z0-9])((?:api)?(?:key|token|secret|password)=)[^\s&"'#<>]+/gi, `$1${REDACTED}`],
  [/(?<![A-Za-z0-9])(?:sk|hg)-[A-Za-z0-9_-]{8,}/g, REDACTED],
  [/AIza[A-Za-z0-9_-]{8,}/g, REDACTED],
  [/(?<![A-Za-z0-9])xox[a-z]-[A-Za-z0-9-]{6,}/g, REDACTED],
  [/(?<![A-Za-z0-9])(?:gh[a-z]_|github_pat_)[A-Za-z0-9_]{8,}/g, REDACTED],
];

interface SecretIndex {
  readonly secrets: ReadonlySet<string>;
  /** First characters of a secret → lengths of the secrets that begin so, longest first. */
  readonly lengthsByStart: ReadonlyMap<string, readonly number[]>;
}

/** Takes live secrets, and whatever looks like one, out of texts that people will read. */
export class Redactor {
  #secrets: readonly string[] = [];
  #previous: readonly string[] = [];
  readonly #learned = new Set<string>();
  #index: SecretIndex | null = null;

  /**
   * Takes a new list of live secrets. The list before it stays in force until the next one, because exchanges still run with it.
   * Secrets of fewer than 8 characters are not looked for.
   */
  setSecrets(secrets: Iterable<string>): void {
    this.#previous = this.#secrets;
    this.#secrets = [...secrets];
    this.#index = null;
  }

  /** Takes a secret that was made while the process runs, an access token; the latest thousand stay in force. */
  readonly learn = (secret: string): void => {
    this.#learned.add(secret);
    const [oldest] = this.#learned;
    if (this.#learned.size > MOST_LEARNED && oldest !== undefined) this.#learned.delete(oldest);
    this.#index = null;
  };

  redact(text: string): string {
    // Most processes never redact anything: the index is made when it is needed.
    this.#index ??= indexSecrets([...this.#secrets, ...this.#previous, ...this.#learned]);
    let redacted = replaceSecrets(text, this.#index);
    for (const [pattern, replacement] of PATTERNS) redacted = redacted.replace(pattern, replacement);
    return redacted;
  }
}

function indexSecrets(secrets: readonly string[]): SecretIndex {
  const forms = new Set(secrets.flatMap(writtenForms));
  const lengths = new Map<string, Set<number>>();
  for (const form of forms) {
    const start = form.slice(0, SHORTEST_SECRET);
    const known = lengths.get(start);
    if (known === undefined) lengths.set(start, new Set([form.length]));
    else known.add(form.length);
  }
  const lengthsByStart = new Map(Array.from(lengths, ([start, found]) => [start, [...found].toSorted((a, b) => b - a)] as const));
  return { secrets: forms, lengthsByStart };
}

/** A secret as it stands in headers, addresses, JSON and basic credentials. */
function writtenForms(secret: string): readonly string[] {
  if (secret.length < SHORTEST_SECRET) return [];
  const wellFormed = secret.toWellFormed();
  const base64 = Buffer.from(wellFormed).toString('base64').replace(/=+$/, '');
  // The last character of base64 depends on what follows.
  return [secret, encodeURIComponent(wellFormed), JSON.stringify(secret).slice(1, -1), base64.slice(0, -1)];
}

function replaceSecrets(text: string, { secrets, lengthsByStart }: SecretIndex): string {
  if (lengthsByStart.size === 0) return text;
  let result = '';
  let from = 0;
  for (let at = 0; at + SHORTEST_SECRET <= text.length; at += 1) {
    const lengths = lengthsByStart.get(text.slice(at, at + SHORTEST_SECRET));
    const length = lengths?.find((candidate) => secrets.has(text.slice(at, at + candidate)));
    if (length === undefined) continue;
    result += text.slice(from, at) + REDACTED;
    from = at + length;
    at = from - 1;
  }
  return from === 0 ? text : result + text.slice(from);
}
