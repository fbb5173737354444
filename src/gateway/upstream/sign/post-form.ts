import type { Dispatcher } from 'undici';
import { BodyCollector } from '../collect-body.ts';
import { UpstreamCall } from '../upstream-call.ts';

const MOST_ANSWER_BYTES = 64 * 1024;
const LONGEST_WAIT_MS = 10_000;

/** What a token endpoint answered. */
export interface FormAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends a form and reads the answer, at most 64 KiB within 10 s. Rejects when no whole answer came. */
export function postForm(dispatcher: Dispatcher, url: string, form: string, waitMs = LONGEST_WAIT_MS): Promise<FormAnswer> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    let status = 0;
    const collector = new BodyCollector(MOST_ANSWER_BYTES, (collected) => {
      clearTimeout(timer);
      if (collected.kind === 'whole') return resolve({ status, body: collected.body.toString('utf8') });
      call.abort('the answer cannot be read');
      reject(collected.kind === 'broken' ? collected.error : new Error('The answer is too large.'));
    });
    const call = new UpstreamCall({
      onHead: (answered) => {
        status = answered;
        return collector;
      },
      onFailure: (error) => {
        clearTimeout(timer);
        reject(error);
      },
    });
    const timer = setTimeout(() => call.abort('the answer took too long'), waitMs);
    call.start(dispatcher, {
      origin,
      path: pathname + search,
      method: 'POST',
      headers: ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json', 'accept-encoding', 'identity'],
      body: Buffer.from(form),
    });
  });
}
