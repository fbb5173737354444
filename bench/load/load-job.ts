/** What a load process does. Requests are whole HTTP/1.1 messages, ready to be written. */
export interface LoadJob {
  /**
   * `closed`: each connection sends its next request when the last is answered.
   * `paced`: requests start at a fixed rate, whatever the answers do.
   * `rounds`: each connection runs `rounds` streams one after the other, their starts spread over `spreadMs`.
   * `hold`: each connection opens one stream and keeps it until standard input ends.
   */
  readonly mode: 'closed' | 'paced' | 'rounds' | 'hold';
  readonly port: number;
  readonly connections: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For `closed` and `paced`. */
  readonly durationMs?: number;
  /** For `closed`: ends after so many requests instead. */
  readonly requests?: number;
  /** For `paced`. */
  readonly ratePerSecond?: number;
  readonly rounds?: number;
  readonly spreadMs?: number;
}

export interface LoadResult {
  /** Answers that were complete. */
  readonly answers: number;
  /** Answers that were not 200, and broken connections. */
  readonly faults: number;
  /** Status line or error of the first fault. */
  readonly firstFault: string | null;
  readonly seconds: number;
  /** From the request's (intended) start to its first answer byte, ms. */
  readonly firstByteP50: number;
  readonly firstByteP99: number;
  /** To the last byte, ms. */
  readonly wholeP50: number;
  readonly wholeP99: number;
}

/** The bytes of a job's request. */
export function requestBytes(job: LoadJob): Buffer {
  const body = Buffer.from(job.body, 'utf8');
  const fields = Object.entries({ host: `127.0.0.1:${job.port}`, ...job.headers, 'content-length': String(body.length) });
  const head = `POST ${job.path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
