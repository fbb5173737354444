/** A place in the list of exchanges, newest first: behind this row. */
export interface ExchangeCursor {
  readonly startedAt: number;
  readonly id: string;
}

const TEXT = /^(\d{1,16})\.(.{1,64})$/su;

/** The cursor as one word for a URL. */
export function encodeCursor({ startedAt, id }: ExchangeCursor): string {
  return Buffer.from(`${startedAt}.${id}`).toString('base64url');
}

/** Null when the word is none that `encodeCursor` made. */
export function decodeCursor(word: string): ExchangeCursor | null {
  const [, startedAt, id] = TEXT.exec(Buffer.from(word, 'base64url').toString()) ?? [];
  const cursor = startedAt === undefined || id === undefined ? null : { startedAt: Number(startedAt), id };
  return cursor !== null && encodeCursor(cursor) === word ? cursor : null;
}
