/** The load generator: reads its job as one line of JSON from standard input, prints a line of JSON when the job is done. */
import { createInterface } from 'node:readline';

import { LatencySample } from './latency-sample.ts';
import type { LoadJob, LoadResult } from './load-job.ts';
import { requestBytes } from './load-job.ts';
import { RawConnection } from './raw-connection.ts';

const input = createInterface({ input: process.stdin });
const job = await new Promise<LoadJob>((resolve) => input.once('line', (line) => resolve(JSON.parse(line) as LoadJob)));
const bytes = requestBytes(job);
const firstByte = new LatencySample();
const whole = new LatencySample();
const counts = { answers: 0, faults: 0, firstFault: null as string | null };

/** One connection with the request that is on its way. */
class Lane {
  readonly connection: RawConnection;
  isBusy = false;
  #startedAt = 0;
  #whenFree: (lane: Lane) => void;

  constructor(whenFree: (lane: Lane) => void, whenReady: () => void) {
    this.#whenFree = whenFree;
    this.connection = new RawConnection(job.port, whenReady, {
      firstByte: () => {
        firstByte.add(performance.now() - this.#startedAt);
        if (job.mode === 'hold') counts.answers += 1;
      },
      done: (status) => {
        whole.add(performance.now() - this.#startedAt);
        if (status === 200) counts.answers += 1;
        else fault(`an answer had status ${status}`);
        this.isBusy = false;
        this.#whenFree(this);
      },
      broken: (reason) => {
        // A lane that broke stays busy: it takes no more work.
        fault(reason);
        this.isBusy = true;
      },
    });
  }

  start(at: number): void {
    this.isBusy = true;
    this.#startedAt = at;
    this.connection.send(bytes);
  }
}

function fault(reason: string): void {
  counts.faults += 1;
  counts.firstFault ??= reason;
}

async function openLanes(whenFree: (lane: Lane) => void): Promise<readonly Lane[]> {
  const lanes: Lane[] = [];
  await Promise.all(
    Array.from(
      { length: job.connections },
      () =>
        new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error('The load generator could not connect within 10 s.')), 10_000);
          lanes.push(
            new Lane(whenFree, () => {
              clearTimeout(timer);
              resolve();
            }),
          );
        }),
    ),
  );
  return lanes;
}

async function runClosed(): Promise<void> {
  let started = 0;
  const limit = job.requests ?? Number.POSITIVE_INFINITY;
  const end = performance.now() + (job.durationMs ?? Number.POSITIVE_INFINITY);
  const { promise, resolve } = Promise.withResolvers<void>();
  let running = job.connections;
  const next = (lane: Lane): void => {
    const now = performance.now();
    if (now >= end || started >= limit) {
      running -= 1;
      if (running === 0) resolve();
      return;
    }
    started += 1;
    lane.start(now);
  };
  const lanes = await openLanes(next);
  lanes.forEach(next);
  await withDeadline(promise, (job.durationMs ?? 600_000) + 10_000);
}

async function runPaced(): Promise<void> {
  const rate = job.ratePerSecond ?? 1000;
  const lanes = await openLanes(() => undefined);
  const free = (): Lane | undefined => lanes.find((lane) => !lane.isBusy);
  const began = performance.now();
  const total = Math.floor((rate * (job.durationMs ?? 1000)) / 1000);
  const { promise, resolve } = Promise.withResolvers<void>();
  let started = 0;
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - began) * rate) / 1000));
    for (let lane = free(); started < due && lane !== undefined; lane = free()) {
      // The intended start counts, so that a stall is not hidden by waiting with the next request.
      lane.start(due - started > 4 ? began + (started * 1000) / rate : performance.now());
      started += 1;
    }
    if (started < total || counts.answers + counts.faults < total) return;
    clearInterval(timer);
    resolve();
  }, 1);
  await withDeadline(promise, (job.durationMs ?? 1000) + 10_000);
}

async function runRounds(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const rounds = new Map<Lane, number>();
  let running = job.connections;
  const next = (lane: Lane): void => {
    const done = rounds.get(lane) ?? 0;
    rounds.set(lane, done + 1);
    if (done < (job.rounds ?? 1)) lane.start(performance.now());
    else running -= 1;
    if (running === 0) resolve();
  };
  const lanes = await openLanes(next);
  lanes.forEach((lane, index) => setTimeout(() => next(lane), (index * (job.spreadMs ?? 0)) / lanes.length));
  await withDeadline(promise, 120_000);
}

async function runHold(): Promise<void> {
  const lanes = await openLanes(() => fault('a stream ended'));
  // Not all at one instant: the mock's timers would fire together.
  lanes.forEach((lane, index) => setTimeout(() => lane.start(performance.now()), index));
  while (counts.answers + counts.faults < lanes.length) await new Promise((done) => setTimeout(done, 20));
  process.stdout.write('holding\n');
  await new Promise<void>((done) => input.once('close', done));
}

async function withDeadline(promise: Promise<void>, ms: number): Promise<void> {
  const timer = setTimeout(() => {
    fault(`not every answer came within ${ms} ms`);
    report();
  }, ms);
  await promise;
  clearTimeout(timer);
}

const began = performance.now();
function report(): never {
  const result: LoadResult = {
    ...counts,
    seconds: (performance.now() - began) / 1000,
    firstByteP50: firstByte.quantile(0.5),
    firstByteP99: firstByte.quantile(0.99),
    wholeP50: whole.quantile(0.5),
    wholeP99: whole.quantile(0.99),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}

const modes = { closed: runClosed, paced: runPaced, rounds: runRounds, hold: runHold };
await modes[job.mode]();
report();
