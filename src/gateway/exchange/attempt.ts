import type { Settings } from '../../config/snapshot.ts';
import type { Failure } from '../../domain/failure.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { ByteSink } from '../../lib/byte-sink.ts';
import { headerValue, type HttpHeaders } from '../../lib/http-headers.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import { confirmLease } from '../key-pool/release-key.ts';
import { learnQuota } from '../key-pool/learned-quota.ts';
import type { Lease } from '../key-pool/lease.ts';
import { StreamMeter } from '../metering/stream-meter.ts';
import { ByteRelay } from '../streaming/byte-relay.ts';
import { ClientWriter } from '../streaming/client-writer.ts';
import { EventRelay } from '../streaming/event-relay.ts';
import { HalfCloseProbe } from '../streaming/half-close-probe.ts';
import { JsonArrayScanner } from '../streaming/json-array-scanner.ts';
import { redactWhole } from '../streaming/secret-filter.ts';
import { classifyTransportError, firstByteTimeout, malformedAnswer } from '../upstream/classify-failure.ts';
import { BodyCollector, type Collected } from '../upstream/collect-body.ts';
import { acceptsEncoding, isIdentity } from '../upstream/decode-content.ts';
import { canDecode, DecodingSink } from '../upstream/decoding-sink.ts';
import { UpstreamCall, type CallListener } from '../upstream/upstream-call.ts';
import { AttemptClocks, type EndedBy } from './attempt-clocks.ts';
import { statusOfErrorEvent, type AttemptOutcome } from './attempt-outcome.ts';
import type { BuiltRequest } from './build-request.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { readHeldAnswer } from './read-held-answer.ts';
import { beginStreamedAnswer } from './write-answer.ts';

const MOST_HELD_BYTES = 32 * 1024 * 1024;
const MOST_ERROR_BYTES = 8 * 1024 * 1024;
/** After the last event the connection may end by itself, so that it can be used again. */
const AFTERMATH_MS = 2000;
const KEEP_ALIVE_COMMENT = ': keep-alive\n\n';

/**
 * One call to one target with one key: sends it, watches its clocks, and brings its answer to the client or its failure to the attempt loop.
 * Until the first byte has gone to the client the outcome may be a failure that is tried elsewhere; afterwards it is `streamed`.
 */
export class Attempt implements CallListener, ByteSink {
  readonly #context: GatewayContext;
  readonly #exchange: Exchange;
  readonly #lease: Lease;
  readonly #built: BuiltRequest;
  readonly #wire: WireProtocol | null;
  readonly #clocks: AttemptClocks;
  readonly #settings: Settings;
  readonly #isStream: boolean;
  readonly #call: UpstreamCall;
  readonly #writer: ClientWriter;
  meter: StreamMeter | null = null;
  #sink: ByteSink | null = null;
  #relay: EventRelay | null = null;
  #probe: HalfCloseProbe | null = null;
  #decoding: DecodingSink | null = null;
  #resolve: (outcome: AttemptOutcome) => void = () => {};
  #isOver = false;
  #timedOut: EndedBy | null = null;
  #isDraining = false;
  status = 0;
  #headers: HttpHeaders = {};

  constructor(context: GatewayContext, exchange: Exchange, lease: Lease, built: BuiltRequest, isStream: boolean) {
    this.#context = context;
    this.#exchange = exchange;
    this.#lease = lease;
    this.#built = built;
    this.#isStream = isStream;
    const { protocol } = exchange.match;
    this.#wire = protocol === 'pass-through' || protocol === 'rest' ? null : PROTOCOLS[protocol];
    this.#settings = exchange.snapshot.settings;
    this.#call = new UpstreamCall(this);
    this.#clocks = new AttemptClocks(context.wheel, context.clock, exchange.deadline, lease.target.provider.timeouts, {
      giveUp: (why) => this.#giveUp(why),
      keepAlive: () => this.#writer.write(KEEP_ALIVE_COMMENT),
      mayKeepAlive: () => this.#relay !== null && exchange.isAnswering && !this.#relay.isInsideEvent && !this.#isDraining,
      clientStalled: () => exchange.response.destroy(),
    });
    const feed = {
      pause: (): void => {
        this.#call.pause();
        this.#decoding?.pause();
      },
      resume: (): void => {
        this.#decoding?.resume();
        this.#call.resume();
      },
    };
    this.#writer = new ClientWriter(exchange.response, feed, (blocked) => this.#clocks.blocked(blocked));
  }

  run(): Promise<AttemptOutcome> {
    this.#exchange.whenDue(() => this.#clocks.due());
    this.#clocks.start(this.#isStream);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#exchange.whenInterrupted(() => this.#giveUp('stop'));
      this.#exchange.whenHalfClosed(() => this.#probe?.start());
      this.#exchange.whenGone(() => this.#onGone());
      if (this.#isOver) return;
      const { upstream } = this.#built;
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
    const failure = this.#timedOut === null ? classifyTransportError(error, sent) : firstByteTimeout();
    this.#finish({ kind: 'failed', failure, answer: null });
  }

  onData(chunk: Buffer): void {
    this.#clocks.byteCame();
    this.#sink?.onData(chunk);
  }

  onEnd(): void {
    this.#sink?.onEnd();
  }

  onBreak(error: Error): void {
    this.#sink?.onBreak(error);
  }

  #chooseSink(status: number, headers: HttpHeaders): ByteSink {
    const isRefusal = status >= 400 || (status >= 300 && status !== 304);
    if (isRefusal) return new BodyCollector(MOST_ERROR_BYTES, (collected) => void this.#onWhole(collected));
    const type = headerValue(headers, 'content-type') ?? '';
    const encoding = headerValue(headers, 'content-encoding') ?? '';
    const isReadable = isIdentity(encoding) || canDecode(encoding);
    const wire = this.#wire;
    if (wire !== null) {
      const isEvents = /^text\/event-stream\b/i.test(type) || (this.#isStream && !/\bjson\b|^text\/html/i.test(type));
      if (isEvents && isReadable) return this.#unpack(() => this.#relayEvents(wire));
      // Gemini streams a JSON array when it is not asked for events.
      if (this.#exchange.match.streams === true && /\bjson\b/i.test(type) && isReadable) return this.#unpack(() => this.#relayArray(wire));
      return new BodyCollector(MOST_HELD_BYTES, (collected) => void this.#onWhole(collected));
    }
    const length = headerValue(headers, 'content-length');
    const isSmallJson = /\bjson\b/i.test(type) && length !== undefined && Number(length) <= MOST_ERROR_BYTES;
    const mustRename = this.#built.restoreModel !== null && /\bjson\b/i.test(type);
    const hasNoBody = this.#exchange.request.method === 'HEAD' || status === 204 || status === 304;
    if (isSmallJson || mustRename || hasNoBody) return new BodyCollector(MOST_HELD_BYTES, (collected) => void this.#onWhole(collected));
    // Packed text is unpacked even for a client that could: a provider key that an upstream echoes must be seen to be blanked.
    const mayStayPacked =
      acceptsEncoding(headerValue(this.#exchange.request.headers, 'accept-encoding'), encoding) && !/^text\/|\b(?:json|xml)\b/i.test(type);
    return mayStayPacked || !isReadable ? this.#relayBytes() : this.#unpack(() => this.#relayBytes());
  }

  /** Relays an answer; when it came packed, unpacked. */
  #unpack(relay: () => ByteSink): ByteSink {
    const { 'content-encoding': encoding, 'content-length': _length, ...rest } = this.#headers;
    if (typeof encoding !== 'string' || isIdentity(encoding)) return relay();
    this.#headers = rest;
    this.#decoding = new DecodingSink(encoding, relay());
    return this.#decoding;
  }

  #relayEvents(wire: WireProtocol): ByteSink {
    const meter = new StreamMeter(wire);
    this.meter = meter;
    const { restoreModel, hideUsage } = this.#built;
    const path = wire.eventModelPath;
    this.#relay = new EventRelay(
      {
        meter,
        secret: this.#lease.key.secret,
        hideUsage,
        restoreModel: restoreModel === null || path.length === 0 ? null : { path, name: restoreModel },
      },
      {
        onFirst: (problem, event) => this.#onFirstEvent(problem, event),
        onBlock: (bytes) => this.#write(bytes),
        onDone: (end, last, error) => this.#onStreamEnd(end, last, error),
      },
    );
    this.#probe = new HalfCloseProbe(() => {
      if (this.#exchange.isAnswering && this.#relay?.isInsideEvent === false && !this.#writer.isBlocked) this.#writer.write(KEEP_ALIVE_COMMENT);
    });
    return this.#relay;
  }

  /** A streamed JSON array: the bytes pass, the figures are read along. */
  #relayArray(wire: WireProtocol): ByteSink {
    const relay = this.#relayBytes();
    const meter = new StreamMeter(wire);
    const scanner = new JsonArrayScanner((element) => void meter.event(element));
    this.meter = meter;
    return {
      onData: (chunk) => {
        scanner.push(chunk);
        relay.onData(chunk);
      },
      onEnd: () => relay.onEnd(),
      onBreak: (error) => relay.onBreak(error),
    };
  }

  #relayBytes(): ByteSink {
    const length = headerValue(this.#headers, 'content-length');
    const announced = length === undefined ? null : Number(length);
    this.#begin(announced);
    return new ByteRelay(
      { onBlock: (bytes) => this.#write(bytes), onDone: (end, last, error) => this.#onStreamEnd(end, last, error) },
      this.#lease.key.secret,
      announced,
    );
  }

  async #onWhole(collected: Collected): Promise<void> {
    if (this.#exchange.isGone) return this.#finish({ kind: 'gone' });
    if (collected.kind === 'too-large') {
      this.#finish({ kind: 'failed', failure: malformedAnswer('the answer is larger than the gateway holds'), answer: null });
      this.#call.abort('the answer is too large');
      return;
    }
    if (collected.kind === 'broken') {
      const failure = this.#timedOut === null ? classifyTransportError(collected.error, true) : firstByteTimeout();
      return this.#finish({ kind: 'failed', failure: { ...failure, scope: 'none', ambiguous: true }, answer: null });
    }
    const { outcome, usage, answeredModel } = await readHeldAnswer(
      collected.body,
      this.status,
      this.#headers,
      this.#exchange,
      this.#lease,
      this.#wire,
      this.#built.restoreModel,
      this.#context.clock.nowMs(),
    );
    if (usage !== null) this.#exchange.usage = usage;
    if (answeredModel !== null) this.#exchange.answeredModel = answeredModel;
    this.#finish(this.#exchange.isGone ? { kind: 'gone' } : outcome);
  }

  #onFirstEvent(problem: 'error-event' | 'not-json' | 'empty' | null, event: JsonObject | null): void {
    if (problem === null) return this.#begin(null);
    if (this.#exchange.isAnswering) {
      // Comments have gone out already: what follows can only be passed on or ended as broken.
      if (problem === 'empty') return this.#onStreamEnd('cut', null, null);
      const error = new GatewayError('upstream_malformed', 'the upstream sent something that is not an answer');
      return this.#finish({
        kind: 'streamed',
        failure: malformedAnswer(`the stream began with ${problem}`),
        last: null,
        error,
        isInsideEvent: false,
      });
    }
    if (this.#exchange.isGone) return this.#finish({ kind: 'gone' });
    if (problem === 'empty') {
      const failure = this.#timedOut === null ? malformedAnswer('the stream ended before its first event') : firstByteTimeout();
      return this.#finish({ kind: 'failed', failure, answer: null });
    }
    const answer =
      event === null
        ? null
        : {
            status: statusOfErrorEvent(event),
            headers: { 'content-type': 'application/json' },
            body: redactWhole(Buffer.from(JSON.stringify(event)), Buffer.from(this.#lease.key.secret)),
            encoding: null,
          };
    this.#finish({
      kind: 'failed',
      failure: malformedAnswer(problem === 'error-event' ? 'the stream began with an error' : 'the stream began with something that is not JSON'),
      answer,
    });
    this.#call.abort('the stream is no answer');
  }

  #begin(length: number | null): void {
    if (this.#exchange.isAnswering || this.#exchange.isGone) return;
    const now = this.#context.clock.monotonicMs();
    this.#exchange.answerBegins(now, this.status);
    this.#exchange.target = this.#lease.target;
    confirmLease(this.#lease, { settings: this.#settings, nowMs: this.#context.clock.nowMs(), random: 0, tokens: 0 });
    this.#context.room.notify();
    beginStreamedAnswer(this.#exchange, this.#lease, this.status, this.#headers, this.#relay !== null, length);
    this.#writer.begin();
    this.#exchange.isFramed = this.#writer.isFramed;
  }

  #write(bytes: Buffer): void {
    if (!this.#exchange.isAnswering) this.#begin(null);
    if (!this.#isDraining && !this.#exchange.isGone) this.#writer.write(bytes);
  }

  #onStreamEnd(end: 'complete' | 'cut', last: Buffer | null, cause: Error | null): void {
    if (!this.#exchange.isAnswering && !this.#exchange.isGone) this.#begin(null);
    const isInsideEvent = this.#relay?.isInsideEvent ?? false;
    if (this.#exchange.isGone) return this.#finish({ kind: 'gone' });
    if (end === 'complete') {
      const failure: Failure | null =
        this.meter !== null && this.meter.error !== null ? { ...malformedAnswer('the stream carried an error'), scope: 'none' } : null;
      this.#finish({ kind: 'streamed', failure, last, error: null, isInsideEvent });
      this.#letEnd();
      return;
    }
    const error = interruption(this.#timedOut);
    const failure: Failure =
      this.#timedOut === 'stop'
        ? { kind: 'client-gone', scope: 'none', status: 0, reason: error.message }
        : { ...classifyTransportError(cause ?? new Error('ended early'), true), scope: 'none', reason: error.message };
    this.#finish({ kind: 'streamed', failure, last, error, isInsideEvent });
  }

  /** The answer is complete; the connection gets a moment to end in order before it is closed. */
  #letEnd(): void {
    if (this.#call.isOver) return;
    this.#exchange.whenDue(() => this.#call.abort('nothing follows the last event'));
    this.#context.wheel.start(this.#exchange.deadline, this.#context.clock.monotonicMs() + AFTERMATH_MS);
  }

  /** The client left. */
  #onGone(): void {
    const { mode, drainSeconds } = this.#settings.onAbort;
    if (mode === 'drain' && drainSeconds > 0 && this.meter !== null && !this.#isDraining) {
      this.#isDraining = true;
      this.#clocks.endWithin(drainSeconds * 1000);
      this.#call.resume();
      return;
    }
    this.#call.abort('the client left');
    this.#finish({ kind: 'gone' });
  }

  #giveUp(why: EndedBy): void {
    this.#timedOut = why;
    this.#call.abort(why === 'stop' ? 'the gateway stops' : `the ${why} deadline passed`);
  }

  #finish(outcome: AttemptOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#clocks.stop();
    this.#exchange.whenDue(null);
    this.#exchange.whenGone(null);
    this.#exchange.whenInterrupted(null);
    this.#exchange.whenHalfClosed(null);
    this.#probe?.stop();
    this.#resolve(outcome);
  }

  /** Which deadline ended the attempt, if one did. */
  get timedOut(): EndedBy | null {
    return this.#timedOut;
  }
}

/** What a client is told whose stream ends before its time. */
function interruption(endedBy: EndedBy | null): GatewayError {
  switch (endedBy) {
    case null:
      return new GatewayError('upstream_interrupted', 'the upstream broke off in the middle of its answer');
    case 'stop':
      return new GatewayError('shutting_down', 'the gateway is stopping and could not wait for the end of this answer');
    case 'total':
      return new GatewayError('upstream_timeout', 'the answer took longer than the total deadline');
    case 'first-byte':
    case 'idle':
      return new GatewayError('upstream_timeout', 'the upstream fell silent in the middle of its answer');
  }
}
