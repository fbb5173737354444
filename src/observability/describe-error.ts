/** What a log line says of something thrown. Fields of libraries (`config`, `request`, `headers` …) are left out: they hold credentials. */
export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
  /** The parts of an AggregateError, at most five. */
  readonly errors?: readonly ErrorDescription[];
}

const MOST_LEVELS = 5;
const MOST_PARTS = 5;

/** Describes an error and its causes with texts that went through `clean`. Never throws, whatever was thrown. */
export function describeError(error: unknown, clean: (text: string) => string): ErrorDescription {
  return describe(error, clean, MOST_LEVELS);
}

function describe(error: unknown, clean: (text: string) => string, levels: number): ErrorDescription {
  try {
    return error instanceof Error ? describeInstance(error, clean, levels) : { name: typeof error, message: clean(textOf(error)) };
  } catch {
    return { name: 'unknown', message: 'something was thrown that cannot be described' };
  }
}

function describeInstance(error: Error, clean: (text: string) => string, levels: number): ErrorDescription {
  const { code } = error as { code?: unknown };
  const parts = error instanceof AggregateError && levels > 1 ? error.errors.slice(0, MOST_PARTS) : [];
  return {
    name: clean(String(error.name)),
    message: clean(String(error.message)),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: clean(String(code)) } : {}),
    ...(typeof error.stack === 'string' ? { stack: clean(error.stack) } : {}),
    ...(error.cause === undefined || levels <= 1 ? {} : { cause: describe(error.cause, clean, levels - 1) }),
    ...(parts.length === 0 ? {} : { errors: parts.map((part: unknown) => describe(part, clean, levels - 1)) }),
  };
}

/** Objects are named by their kind only: nobody knows what they hold. */
function textOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  return typeof thrown === 'object' && thrown !== null ? Object.prototype.toString.call(thrown) : String(thrown);
}
