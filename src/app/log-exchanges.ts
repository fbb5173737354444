import type { Log } from '../observability/log.ts';
import type { Recorder } from '../ports/recorder.ts';

/** The same recorder, which also writes a line of the log for each exchange. */
export function logExchanges(recorder: Recorder, log: Log): Recorder {
  return {
    exchangeStarted: (endpoint) => recorder.exchangeStarted(endpoint),
    exchangeEnded: (record, labels) => {
      log.logExchange(record);
      recorder.exchangeEnded(record, labels);
    },
    attemptStarted: (labels) => recorder.attemptStarted(labels),
    attemptEnded: (attempt, labels) => recorder.attemptEnded(attempt, labels),
    refused: (...told) => recorder.refused(...told),
    limitRejected: (limit) => recorder.limitRejected(limit),
    waited: (durationMs, served) => recorder.waited(durationMs, served),
  };
}
