import type { Failure } from '../../domain/failure.ts';
import type { ByteSink } from '../../lib/byte-sink.ts';
import { headerValue, type HttpHeaders } from '../../lib/http-headers.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import { confirmLease } from '../key-pool/release-key.ts';
import { learnQuota } from '../key-pool/learned-quota.ts';
import type { Lease } from '../key-pool/lease.ts';
import { ClientWriter, type Feed } from '../streaming/client-writer.ts';
import type { RelayListener } from '../streaming/event-relay.ts';
import { HalfCloseProbe } from '../streaming/half-close-probe.ts';
import { classifyTransportError, firstByteTimeout, malformedAnswer } from '../upstream/classify-failure.ts';
import { BodyCollector, type Collected } from '../upstream/collect-body.ts';
import { decodeContent, isIdentity } from '../upstream/decode-content.ts';
import type { DecodingSink } from '../upstream/decoding-sink.ts';
import { UpstreamCall, type CallListener, type UpstreamRequest } from '../upstream/upstream-call.ts';
import { beginAftermath, endAftermath } from './aftermath.ts';
import { isRefusal } from './answer-form.ts';
import { AttemptClocks, type ClockHooks, type EndedBy } from './attempt-clocks.ts';
import { cutAnswer, failedBehindComments, failedCollection, failedFirstEvent, type FirstEventProblem } from './attempt-failures.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { AnswerTreatment, BuiltRequest } from './built-request.ts';
import type { Attendant, Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { openAnswer, type OpenedAnswer } from './open-answer.ts';
import { readHeldAnswer } from './read-held-answer.ts';
import { rememberHome } from './remember-home.ts';
import type { StreamFigures } from './usage-so-far.ts';
import { beginStreamedAnswer } from './write-answer.ts';

const MOST_HELD_BYTES = 32 * 1024 * 1024;
const MOST_ERROR_BYTES = 8 * 1024 * 1024;
const KEEP_ALIVE_COMMENT = ': keep-alive\n\n';

/**
 * One call to one target with one key: sends it, watches its clocks, and brings its answer to the client or its failure to the attempt loop.
 * Until the first byte has gone to the client the outcome may be a failure that is tried elsewhere; afterwards it is `streamed`.
 */
export class Attempt implements CallListener, ByteSink, RelayListener, Attendant, ClockHooks, Feed {
  readonly #context: GatewayContext;
  readonly #exchange: Exchange;
  readonly #lease: Lease;
  /** Let go once it is on its way. */
  #upstream: UpstreamRequest | null;
  readonly #treatment: AnswerTreatment;
  /** What the upstream speaks; null for calls that are passed on unread. */
  readonly #wire: WireProtocol | null;
  readonly #clocks: AttemptClocks;
  readonly #isStream: boolean;
  readonly #call: UpstreamCall;
  /** Made when the answer begins to flow. */
  #writer: ClientWriter | null = null;
  meter: StreamFigures | null = null;
  #sink: ByteSink | null = null;
  #relay: OpenedAnswer['relay'] = null;
  #probe: HalfCloseProbe | null = null;
  #decoding: DecodingSink | null = null;
  #resolve: (outcome: AttemptOutcome) => void = () => {};
  #isOver = false;
  /** Which deadline ended the attempt, if one did. */
  timedOut: EndedBy | null = null;
  #isDraining = false;
  status = 0;
  #headers: HttpHeaders = {};

  constructor(context: GatewayContext, exchange: Exchange, lease: Lease, { upstream, treatment }: BuiltRequest, isStream: boolean) {
    this.#context = context;
    this.#exchange = exchange;
    this.#lease = lease;
    this.#upstream = upstream;
    this.#treatment = treatment;
    this.#isStream = isStream;
    const { protocol } = exchange.match;
    this.#wire = treatment.translated?.via ?? (protocol === 'pass-through' || protocol === 'rest' ? null : PROTOCOLS[protocol]);
    this.#call = new UpstreamCall(this);
    this.#clocks = new AttemptClocks(context.wheel, context.clock, exchange.deadline, lease.target.provider.timeouts, this);
  }

  run(): Promise<AttemptOutcome> {
    this.#clocks.start(this.#isStream);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#exchange.attend(this);
      if (this.#isOver) return;
      const upstream = this.#upstream;
      this.#upstream = null;
      if (upstream === null) return;
      this.#call.start(this.#context.upstreams.dispatcher(this.#lease.target.provider, upstream.origin), upstream);
    });
  }

  onHead(status: number, headers: HttpHeaders): ByteSink {
    this.status = status;
    this.#headers = headers;
    if (this.#lease.key.secret !== '')
      learnQuota(this.#lease.state, this.#lease.model, (name) => headerValue(headers, name), this.#context.clock.nowMs());
    this.#sink = this.#chooseSink(status, headers);
    return this;
  }

  onFailure(error: Error, sent: boolean): void {
    if (this.#exchange.isGone) return this.#finish({ kind: 'gone' });
    const failure = this.timedOut === null ? classifyTransportError(error, sent) : firstByteTimeout();
    this.#finish({ kind: 'failed', failure, answer: null });
  }

  onData(chunk: Buffer): void {
    this.#clocks.byteCame();
    this.#sink?.onData(chunk);
  }

  onEnd(): void {
    if (this.#isOver) endAftermath(this.#context, this.#exchange);
    this.#sink?.onEnd();
  }

  onBreak(error: Error): void {
    if (this.#isOver) endAftermath(this.#context, this.#exchange);
    this.#sink?.onBreak(error);
  }

  #chooseSink(status: number, head: HttpHeaders): ByteSink {
    const { headers, length, sink, isLookedAt, relay, meter, decoding } = openAnswer(
      this.#exchange,
      this.#treatment,
      this.#wire,
      this.#isStream,
      { status, headers: head },
      this,
    );
    this.#headers = headers;
    if (sink === null) {
      return new BodyCollector(isRefusal(status) ? MOST_ERROR_BYTES : MOST_HELD_BYTES, (collected) => this.#onWhole(collected));
    }
    this.#relay = relay;
    this.meter = meter;
    this.#decoding = decoding;
    // Events are looked at before anything is sent; other bodies begin at once.
    if (!isLookedAt) this.#begin(length);
    return sink;
  }

  #onWhole(collected: Collected): void {
    if (this.#exchange.isGone) return this.#finish({ kind: 'gone' });
    if (collected.kind !== 'whole') {
      this.#finish(failedCollection(collected, this.timedOut));
      this.#call.abort('the answer is too large');
      return;
    }
    const encoding = headerValue(this.#headers, 'content-encoding');
    const isPlain = isIdentity(encoding) || collected.body.length === 0;
    if (isPlain) this.#onReadable(collected.body, collected.body);
    else void decodeContent(collected.body, encoding ?? '', MOST_HELD_BYTES).then((decoded) => this.#onReadable(collected.body, decoded));
  }

  /** The whole answer, as it came and as it reads (null: it cannot be unpacked). */
  #onReadable(raw: Buffer, decoded: Buffer | null): void {
    const { outcome, usage, answeredModel } = readHeldAnswer(
      { raw, decoded, status: this.status, headers: this.#headers },
      this.#exchange,
      this.#lease,
      this.#wire,
      this.#treatment.restoreModel,
      this.#treatment.translated?.operation ?? null,
      this.#context.clock.nowMs(),
    );
    if (usage !== null) this.#exchange.usage = usage;
    if (answeredModel !== null) this.#exchange.answeredModel = answeredModel;
    this.#finish(this.#exchange.isGone ? { kind: 'gone' } : outcome);
  }

  onFirst(problem: FirstEventProblem | null, event: JsonObject | null, cause: Error | null): void {
    if (problem === null) {
      if (event !== null && this.#treatment.translated === null) {
        this.#exchange.answerId = this.#wire?.answerId?.(event) ?? null;
        this.#exchange.storedId = this.#wire?.storedId?.(event) ?? null;
        // At once: a client that leaves may come back for the rest.
        rememberHome(this.#context, this.#exchange, this.#lease);
      }
      return this.#begin(null);
    }
    if (this.#exchange.isAnswering) {
      // Comments have gone out already: what follows can only be ended as broken.
      if (problem === 'empty') return this.onDone('cut', null, cause);
      return this.#finish(failedBehindComments(problem));
    }
    this.#finish(this.#exchange.isGone ? { kind: 'gone' } : failedFirstEvent(problem, event, this.#treatment.sentSecret, this.timedOut, cause));
    this.#call.abort('the stream is no answer');
  }

  #begin(length: number | null): void {
    if (this.#exchange.isAnswering || this.#exchange.isGone) return;
    const now = this.#context.clock.monotonicMs();
    this.#exchange.answerBegins(now, this.status);
    if (this.#exchange.facts !== null) this.#exchange.facts.bytes = null;
    this.#exchange.translation?.letGo();
    this.#exchange.target = this.#lease.target;
    const { clock, events } = this.#context;
    confirmLease(this.#lease, { settings: this.#exchange.snapshot.settings, nowMs: clock.nowMs(), random: 0, tokens: 0, events });
    this.#context.room.notify();
    beginStreamedAnswer(
      this.#exchange,
      this.#lease,
      this.status,
      this.#headers,
      this.#relay === null ? 'bytes' : this.#exchange.isArrayStream ? 'array' : 'events',
      length,
    );
    this.#writer = new ClientWriter(this.#exchange.response, this);
    this.#exchange.isFramed = this.#writer.isFramed;
  }

  onBlock(bytes: Buffer): void {
    if (!this.#exchange.isAnswering) this.#begin(null);
    if (!this.#isDraining && !this.#exchange.isGone) this.#writer?.write(bytes);
  }

  onDone(end: 'complete' | 'cut', last: Buffer | null, cause: Error | null): void {
    if (!this.#exchange.isAnswering && !this.#exchange.isGone) this.#begin(null);
    const isInsideEvent = this.#relay?.isInsideEvent ?? false;
    if (this.#exchange.isGone) return this.#finish({ kind: 'gone' });
    if (end === 'complete') {
      const failure: Failure | null =
        this.meter !== null && this.meter.error !== null ? { ...malformedAnswer('the stream carried an error'), scope: 'none' } : null;
      this.#finish({ kind: 'streamed', failure, last, error: null, isInsideEvent });
      beginAftermath(this.#context, this.#exchange, this.#call);
      return;
    }
    this.#finish(cutAnswer(this.timedOut, cause, isInsideEvent));
  }

  clientLeft(): void {
    const { mode, drainSeconds } = this.#exchange.snapshot.settings.onAbort;
    if (mode === 'drain' && drainSeconds > 0 && this.meter !== null && !this.#isDraining) {
      this.#isDraining = true;
      this.#clocks.endWithin(drainSeconds * 1000);
      this.#call.resume();
      return;
    }
    this.#call.abort('the client left');
    this.#finish({ kind: 'gone' });
  }

  clientClosedItsSide(): void {
    this.#probe ??= new HalfCloseProbe(() => {
      if (this.mayKeepAlive() && this.#writer?.isBlocked === false) this.keepAlive();
    });
    this.#probe.start();
  }

  processStops(): void {
    this.giveUp('stop');
  }

  deadlinePassed(): void {
    this.#clocks.due();
  }

  keepAlive(): void {
    this.#writer?.write(KEEP_ALIVE_COMMENT);
  }

  mayKeepAlive(): boolean {
    return this.#relay !== null && !this.#exchange.isArrayStream && this.#exchange.isAnswering && !this.#relay.isInsideEvent && !this.#isDraining;
  }

  clientStalled(): void {
    this.#exchange.response.destroy();
  }

  pause(): void {
    this.#call.pause();
    this.#decoding?.pause();
  }

  resume(): void {
    this.#decoding?.resume();
    this.#call.resume();
  }

  blocked(isBlocked: boolean): void {
    this.#clocks.blocked(isBlocked);
  }

  giveUp(why: EndedBy): void {
    this.timedOut = why;
    this.#call.abort(why === 'stop' ? 'the gateway stops' : `the ${why} deadline passed`);
  }

  #finish(outcome: AttemptOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#clocks.stop();
    this.#exchange.attend(null);
    this.#probe?.stop();
    this.#resolve(outcome);
  }
}
