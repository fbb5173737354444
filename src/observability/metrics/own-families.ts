import type { FamilyDefinition } from './family-definition.ts';

const WAIT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is counted as it happens. */
export const OWN_COUNTED = {
  exchanges: {
    name: 'headgate_exchanges_total',
    type: 'counter',
    help: 'Exchanges that reached an upstream, by the status that the client saw.',
    labels: ['protocol', 'public_model', 'provider', 'status', 'stream'],
    variable: ['public_model', 'provider'],
  },
  attempts: {
    name: 'headgate_attempts_total',
    type: 'counter',
    help: 'Calls to upstreams; an exchange makes one or more. The outcome is ok or the kind of the failure.',
    labels: ['provider', 'model', 'outcome'],
    variable: ['provider', 'model'],
  },
  exchangeDuration: {
    name: 'headgate_exchange_duration_seconds',
    type: 'histogram',
    help: 'Time from the arrival of a request to the end of its answer, for exchanges that reached an upstream.',
    labels: [],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
  },
  timeToFirstToken: {
    name: 'headgate_time_to_first_token_seconds',
    type: 'histogram',
    help: 'Time from the arrival of a request to the first byte of its streamed answer.',
    labels: [],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120],
  },
  overhead: {
    name: 'headgate_overhead_seconds',
    type: 'histogram',
    help: 'What an exchange took beyond its attempts: own work and time in the waiting room. Attempts are known to the millisecond.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  inflight: { name: 'headgate_inflight', type: 'gauge', help: 'Exchanges under way.', labels: [] },
  tokens: {
    name: 'headgate_tokens_total',
    type: 'counter',
    help: 'Tokens of settled exchanges. Input excludes what was read from or written to a cache; reasoning is a part of output; audio is the audio part of input and output.',
    labels: ['kind'],
  },
  cost: { name: 'headgate_cost_microusd_total', type: 'counter', help: 'Cost of settled exchanges in micro-dollars.', labels: [] },
  waitingRoomWait: {
    name: 'headgate_waiting_room_wait_seconds',
    type: 'histogram',
    help: 'Time that requests spent in the waiting room, served or not.',
    labels: [],
    buckets: WAIT_BUCKETS,
  },
  waited: {
    name: 'headgate_waited_total',
    type: 'counter',
    help: 'Requests that left the waiting room; served is true when a key woke for them in time.',
    labels: ['served'],
  },
  limitRejections: {
    name: 'headgate_limit_rejections_total',
    type: 'counter',
    help: 'Requests refused by a limit of their virtual key.',
    labels: ['limit'],
  },
  refused: {
    name: 'headgate_refused_total',
    type: 'counter',
    help: 'Requests that ended before an upstream was called, by the code of the error; client_gone when the client left first.',
    labels: ['endpoint', 'status', 'code'],
    variable: ['endpoint'],
  },
} as const satisfies Record<string, FamilyDefinition>;

/** What is read from elsewhere at the moment of the scrape. */
export const OWN_READ = {
  keyState: {
    name: 'headgate_provider_key_state',
    type: 'gauge',
    help: '1 for the state that a provider key is in, 0 for the others. It is resting while any rest of the key runs, also for one model only. Keys that find no room in the family (beyond some 200) are counted under other.',
    labels: ['provider', 'key', 'state'],
    variable: ['provider', 'key'],
  },
  rests: {
    name: 'headgate_rests',
    type: 'gauge',
    help: 'Rests that run now, by what rests and by the kind of failure that led to it.',
    labels: ['scope', 'kind'],
  },
  breakerState: {
    name: 'headgate_breaker_state',
    type: 'gauge',
    help: '1 for the state that the breaker of a model of a provider is in, 0 for the others. Models that were never in trouble have none; names that are not configured are counted under other.',
    labels: ['provider', 'model', 'state'],
    variable: ['provider', 'model'],
  },
  waitingRoomDepth: { name: 'headgate_waiting_room_depth', type: 'gauge', help: 'Requests in the waiting room.', labels: [] },
  journalLag: { name: 'headgate_journal_lag_records', type: 'gauge', help: 'Records accepted by the journal and not yet in the ledger.', labels: [] },
  journalBytes: { name: 'headgate_journal_bytes', type: 'gauge', help: 'Bytes of journal segments on disk.', labels: [] },
  journalErrors: { name: 'headgate_journal_errors_total', type: 'counter', help: 'Failed writes of the journal.', labels: [] },
  journalLost: {
    name: 'headgate_journal_lost_records_total',
    type: 'counter',
    help: 'Records given up because the disk stayed full until the memory set aside for them was full too.',
    labels: [],
  },
  ledgerErrors: { name: 'headgate_ledger_errors_total', type: 'counter', help: 'Failed batches of the ledger.', labels: [] },
  configRevision: { name: 'headgate_config_revision', type: 'gauge', help: 'Revision of the configuration that new exchanges use.', labels: [] },
  reloadFailures: {
    name: 'headgate_config_reload_failures_total',
    type: 'counter',
    help: 'Changed configurations that could not be used; the last good one stayed.',
    labels: [],
  },
  eventLoopDelay: {
    name: 'headgate_event_loop_delay_seconds',
    type: 'gauge',
    help: 'By how much the event loop was late since the last scrape.',
    labels: ['quantile'],
  },
} as const satisfies Record<string, FamilyDefinition>;
