import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewaySnapshot, Target } from '../../config/snapshot.ts';
import type { DecisionTrace } from '../../domain/decision.ts';
import type { AttemptRecord, Outcome } from '../../domain/exchange-record.ts';
import type { GatewayError } from '../../domain/gateway-error.ts';
import type { ExchangeId } from '../../domain/ids.ts';
import type { Usage } from '../../domain/usage.ts';
import { Deadline } from '../../lib/deadline-wheel.ts';
import type { EventEncoder } from '../../protocols/translation.ts';
import type { Admission } from '../../ports/rate-limiter.ts';
import type { StateHome } from '../../ports/state-homes.ts';
import type { Caller } from '../admission/authenticate.ts';
import type { PathMatch } from '../http/match-path.ts';
import { withOwnProtocol } from '../http/own-protocol.ts';
import type { Lease } from '../key-pool/lease.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { RequestFacts } from './request-facts.ts';
import type { ExchangeTranslation } from './translated/exchange-translation.ts';

const ASKS_FOR_EVENTS = /[?&]alt=sse(?:&|$)/;

/** What is under way for an exchange and must hear when something outside ends it. */
export interface Attendant {
  clientLeft(): void;
  /** The client closed its side while the answer flows. */
  clientClosedItsSide(): void;
  processStops(): void;
  deadlinePassed(): void;
}

/** One client request and its one answer. Mutable: it gathers what the record will say. */
export class Exchange {
  readonly id: ExchangeId;
  readonly startedAtMs: number;
  readonly startedMono: number;
  readonly snapshot: GatewaySnapshot;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly match: PathMatch;
  readonly deadline: Deadline;
  rosterPlace = -1;
  caller: Caller = null;
  facts: RequestFacts | null = null;
  admission: Admission | null = null;
  trace: DecisionTrace | null = null;
  /** How the call could be told in other protocols; null for calls that are only passed on. */
  translation: ExchangeTranslation | null = null;
  /** Where the stored response lives that the call is about; null: it is about none, or nobody knows. */
  home: StateHome | null = null;
  /** Id of what the provider keeps because of this call. */
  storedId: string | null = null;
  /** What of a key's proof stood in the last request, so that no answer may show it. */
  sentSecret = '';
  /** What the last attempt could not carry, in the client's spelling. */
  dropped: readonly string[] = [];
  /** Writes the stream that flows, where it is translated: also the error with which it may have to end. */
  answerEncoder: EventEncoder | null = null;
  readonly attempts: AttemptRecord[] = [];
  /** The target of the last attempt. */
  target: Target | null = null;
  lease: Lease | null = null;
  usage: Usage | null = null;
  answeredModel: string | null = null;
  firstByteMs: number | null = null;
  status = 0;
  error: GatewayError | null = null;
  outcome: Outcome | null = null;
  isSettled = false;
  isOpened = false;
  isGone = false;
  /** An answer was begun: nothing can be tried again. */
  isAnswering = false;
  /** The answer is a stream of events, so that an error can be told in it. */
  isEventStream = false;
  /** The stream is one JSON array, not events: Gemini's, unless it is asked for events. */
  get isArrayStream(): boolean {
    return this.match.streams === true && !ASKS_FOR_EVENTS.test(this.match.query);
  }
  /** The chunked framing of the answer is ours, not node:http's. */
  isFramed = false;
  /** The number of the next event, for protocols that number them. */
  nextSequence = 0;
  /** Id of the answer that streams, for protocols that name it where a stream breaks off. */
  answerId: string | null = null;
  /** The model answered, and told no usage. */
  isHeldAnswer = false;
  /** Bytes of text in that answer. */
  heldTextBytes = 0;
  #onGone: (() => void) | null = null;
  #onDue: (() => void) | null = null;
  #attendant: Attendant | null = null;

  constructor(context: GatewayContext, match: PathMatch, request: IncomingMessage, response: ServerResponse) {
    this.startedAtMs = context.clock.nowMs();
    this.startedMono = context.clock.monotonicMs();
    this.id = context.ids.next(this.startedAtMs) as ExchangeId;
    this.snapshot = context.currentSnapshot();
    this.match = withOwnProtocol(match, this.snapshot);
    this.request = request;
    this.response = response;
    this.deadline = new Deadline(() => (this.#attendant === null ? this.#onDue?.() : this.#attendant.deadlinePassed()));
  }

  /** What to end when the client leaves; replaces the one before. Called at once when it has left already. */
  whenGone(leave: (() => void) | null): void {
    this.#onGone = leave;
    if (leave !== null && this.isGone) leave();
  }

  /** The client is gone: whatever is under way for it ends. */
  clientGone(): void {
    if (this.isGone || this.isSettled) return;
    this.isGone = true;
    if (this.#attendant === null) this.#onGone?.();
    else this.#attendant.clientLeft();
  }

  /** Puts an attempt in charge, or nobody. Called at once when the client has left already. */
  attend(attendant: Attendant | null): void {
    this.#attendant = attendant;
    if (attendant !== null && this.isGone) attendant.clientLeft();
  }

  /** Before the first byte nobody can tell a half-closed client from one that left, and it counts as gone; afterwards it may still read. */
  clientClosedItsSide(): void {
    if (this.isAnswering) this.#attendant?.clientClosedItsSide();
    else this.clientGone();
  }

  /** The process stops: an answer under way ends with an error, anything else as if the client had left. */
  interrupt(): void {
    if (this.isSettled) return;
    if (this.isAnswering && this.#attendant !== null) this.#attendant.processStops();
    else this.clientGone();
  }

  /** What to do when the deadline passes; replaces the one before. */
  whenDue(act: (() => void) | null): void {
    this.#onDue = act;
  }

  /** Marks the first byte of the answer. */
  answerBegins(nowMono: number, status: number): void {
    this.isAnswering = true;
    this.status = status;
    this.firstByteMs ??= nowMono - this.startedMono;
  }
}
