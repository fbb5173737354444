import { Transform, type Readable } from 'node:stream';
import { requestTooLarge } from '../../domain/request-too-large.ts';

/** The same bytes, ended with an error as soon as more than `mostBytes` have come. */
export function limitStream(source: Readable, mostBytes: number, head: Buffer | null = null): Readable {
  let passed = head?.length ?? 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, callback): void {
      passed += chunk.length;
      if (passed > mostBytes) callback(requestTooLarge(mostBytes));
      else callback(null, chunk);
    },
  });
  if (head !== null) limited.push(head);
  source.once('error', (error) => limited.destroy(error));
  source.once('close', () => {
    if (!source.readableEnded) limited.destroy(new Error('the request body broke off'));
  });
  source.pipe(limited);
  return limited;
}
