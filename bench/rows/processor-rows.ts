import type { BenchRow, BenchScale, RowResult } from '../bench-row.ts';
import { chatBody, chatJob, withSides } from '../bench-sides.ts';
import type { Sides } from '../bench-sides.ts';
import { compareProcessorTime } from '../compare-processor-time.ts';
import type { LoadJob } from '../load/load-job.ts';
import { measureNginx } from '../nginx-reference.ts';

const STREAMS = 300;
const EVENTS = 101;
const STREAM_SHAPE = { events: EVENTS, intervalMs: 20 } as const;

const nonStream: BenchRow = {
  id: 'non-stream',
  title: 'request, same protocol, not streamed',
  unit: 'µs',
  bar: 45,
  stretch: 36,
  measure: (scale) =>
    withSides({}, async (sides) => {
      const jobOf = closed(chatBody(false), scale);
      const result = await compareProcessorTime(sides, scale, jobOf, 1);
      const nginx = await measureNginx(sides.mock.port, scale, jobOf);
      return { ...result, notes: [...result.notes, nginxNote(nginx, result.gateway)] };
    }),
};

const translated: BenchRow = {
  id: 'translated',
  title: 'request, openai-chat → anthropic, not streamed',
  unit: 'µs',
  bar: 75,
  stretch: 60,
  measure: (scale) => withSides({}, (sides) => compareProcessorTime(sides, scale, closed(chatBody(false), scale), 1), 'anthropic-messages'),
};

const streamEvent: BenchRow = {
  id: 'stream-event',
  title: 'stream event, same protocol (300 streams)',
  unit: 'µs',
  bar: 22,
  stretch: 16,
  measure: (scale) => withSides(STREAM_SHAPE, (sides) => measureEvents(sides, scale)),
};

const translatedEvent: BenchRow = {
  id: 'translated-event',
  title: 'stream event, anthropic → openai-chat (300 streams)',
  unit: 'µs',
  bar: 34,
  stretch: 26,
  measure: (scale) => withSides(STREAM_SHAPE, (sides) => measureEvents(sides, scale), 'anthropic-messages'),
};

function measureEvents(sides: Sides, scale: BenchScale): Promise<RowResult> {
  const jobOf = (port: number, isWarmUp: boolean): LoadJob => ({
    ...chatJob(port, chatBody(true)),
    mode: 'rounds',
    connections: STREAMS,
    // The compiler works for seconds before code runs as it will for days: those belong to the warm-up.
    rounds: scale.isQuick ? 1 : isWarmUp ? 3 : 2,
    spreadMs: 2000,
  });
  return compareProcessorTime(sides, { ...scale, rounds: Math.min(2, scale.rounds) }, jobOf, EVENTS);
}

const largeBody: BenchRow = {
  id: 'large-body',
  title: 'request with a body of 555 KB',
  unit: 'µs',
  bar: 1200,
  stretch: 800,
  measure: (scale) => withSides({}, (sides) => compareProcessorTime(sides, scale, closed(chatBody(false, 555_000), scale, 8), 1)),
};

function nginxNote(nginx: number | null, gateway: number | null): string {
  if (nginx === null) return 'nginx: not installed.';
  const ratio = gateway === null ? '' : `, the gateway takes ${(gateway / nginx).toFixed(2)} times that (bar 4, stretch 3)`;
  return `nginx: ${nginx.toFixed(1)} µs${ratio}.`;
}

function closed(body: object, scale: BenchScale, connections = 32): (port: number, isWarmUp: boolean) => LoadJob {
  return (port, isWarmUp) => ({
    ...chatJob(port, body),
    mode: 'closed',
    connections,
    durationMs: isWarmUp ? scale.warmUpMs : scale.measureMs,
  });
}

/** Rows that are compared by processor time with the floor. */
export const processorRows: readonly BenchRow[] = [nonStream, translated, streamEvent, translatedEvent, largeBody];
