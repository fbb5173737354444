import type { Dispatcher } from 'undici';
import type { Failure } from '../../../domain/failure.ts';
import { headerValue, type HttpHeaders } from '../../../lib/http-headers.ts';
import { classifyTransportError, malformedAnswer } from '../classify-failure.ts';
import { BodyCollector, type Collected } from '../collect-body.ts';
import { decodeContent, isIdentity } from '../decode-content.ts';
import { UpstreamCall, type UpstreamRequest } from '../upstream-call.ts';

const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

export type ProbeAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: HttpHeaders; readonly body: Buffer }
  /** `status` is 0 where no answer began. */
  | { readonly kind: 'failed'; readonly status: number; readonly failure: Failure };

/** One call, its answer held whole and unpacked. Ends with the signal; never rejects. */
export async function callUpstream(dispatcher: Dispatcher, request: UpstreamRequest, ends: AbortSignal): Promise<ProbeAnswer> {
  const answer = await callOnce(dispatcher, request, ends);
  if (answer.kind === 'failed') return answer;
  const encoding = headerValue(answer.headers, 'content-encoding');
  if (isIdentity(encoding) || answer.body.length === 0) return answer;
  const body = await decodeContent(answer.body, encoding ?? '', MOST_ANSWER_BYTES);
  if (body !== null) return { ...answer, body };
  return { kind: 'failed', status: answer.status, failure: malformedAnswer('the answer is packed in a way that cannot be read') };
}

function callOnce(dispatcher: Dispatcher, request: UpstreamRequest, ends: AbortSignal): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    let status = 0;
    let headers: HttpHeaders = {};
    const finish = (answer: ProbeAnswer): void => {
      ends.removeEventListener('abort', stop);
      resolve(answer);
    };
    const onBody = (collected: Collected): void => {
      if (collected.kind === 'whole') return finish({ kind: 'answer', status, headers, body: collected.body });
      const failure =
        collected.kind === 'broken' ? classifyTransportError(collected.error, true) : malformedAnswer('the answer is larger than 16 MiB');
      finish({ kind: 'failed', status, failure });
      call.abort('the answer is of no use');
    };
    const call = new UpstreamCall({
      onHead: (answered, told) => {
        status = answered;
        headers = told;
        return new BodyCollector(MOST_ANSWER_BYTES, onBody);
      },
      onFailure: (error, sent) => finish({ kind: 'failed', status: 0, failure: classifyTransportError(error, sent) }),
    });
    const stop = (): void => call.abort('the probe is over');
    ends.addEventListener('abort', stop, { once: true });
    call.start(dispatcher, request);
    if (ends.aborted) stop();
  });
}
