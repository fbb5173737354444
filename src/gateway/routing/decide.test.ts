import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aKey, aModel, aProvider, aSnapshot } from '../../../test/support/snapshot-literals.ts';
import type { CompiledModel, CompiledProvider, Target } from '../../config/snapshot.ts';
import type { Rejection } from '../../domain/decision.ts';
import type { CallKind } from '../../domain/dialect.ts';
import type { ProviderId } from '../../domain/ids.ts';
import { MemoryLiveState } from '../../state/memory/memory-live-state.ts';
import { PoolBinder } from '../key-pool/bound-pool.ts';
import { listRejections } from '../key-pool/target-standing.ts';
import { chooseSpoken } from './choose-spoken.ts';
import { decide, type Decision, type RoutingRequest } from './decide.ts';
import type { Losses, TranslationPolicy } from './find-losses.ts';
import type { LiveView } from './live-view.ts';
import type { RoutingTranslation } from './routing-translation.ts';

const CHAT: RoutingRequest = {
  publicModel: 'm',
  protocol: 'openai-chat',
  kind: 'answer',
  providerAsked: null,
  providersAllowed: null,
  translation: null,
};

/** Live state that stands still, with the credits that a rotation would leave behind. */
function aView(credits: Map<string, number> = new Map(), recovered: Readonly<Record<string, number>> = {}): LiveView {
  return { listRejections: () => 0, credit: (provider) => credits.get(provider) ?? 0, recoveredShare: ({ provider }) => recovered[provider.id] ?? 1 };
}

function choose(providers: readonly CompiledProvider[], request: Partial<RoutingRequest> = {}, view: LiveView = aView()): Decision {
  return decide(aSnapshot(providers), view, { ...CHAT, ...request });
}

const ids = (targets: readonly Target[]): string => targets.map(({ provider }) => provider.id).join(' ');

/** Who is first in each of so many requests, the credits being taken each time. */
function rotation(providers: readonly CompiledProvider[], turns: number, recovered: Readonly<Record<string, number>> = {}): string[] {
  const credits = new Map<string, number>();
  return Array.from({ length: turns }, () => {
    const decision = choose(providers, {}, aView(credits, recovered));
    for (const { provider, credit } of decision.creditChanges) credits.set(provider, credit);
    return decision.candidates[0]?.provider.id ?? '';
  });
}

function deepFreeze<T>(thing: T): T {
  if (typeof thing !== 'object' || thing === null || Object.isFrozen(thing)) return thing;
  if (thing instanceof Map || thing instanceof Set) {
    for (const change of ['set', 'add', 'delete', 'clear'])
      Object.defineProperty(thing, change, { value: () => assert.fail(`${change} was called`) });
  }
  Object.freeze(thing);
  const inside = thing instanceof Map ? [...thing.keys(), ...thing.values()] : thing instanceof Set ? [...thing] : Object.values(thing);
  for (const part of inside) deepFreeze(part);
  return thing;
}

test('targets come by priority, and inside a priority by smooth weights', () => {
  const providers = [
    aProvider('backup', { models: ['m'], priority: 5 }),
    aProvider('a', { models: ['m'], weight: 3, priority: 1 }),
    aProvider('b', { models: ['m'], priority: 1 }),
  ];
  assert.equal(rotation(providers, 8).join(''), 'aabaaaba');
  assert.equal(ids(choose(providers).candidates), 'a b backup');
});

test('a provider of weight 0 comes last, whatever its priority, and takes no turn', () => {
  const providers = [
    aProvider('drained', { models: ['m'], weight: 0, priority: 0 }),
    aProvider('a', { models: ['m'], priority: 1 }),
    aProvider('b', { models: ['m'], priority: 2 }),
  ];
  assert.equal(ids(choose(providers).candidates), 'a b drained');
  assert.deepEqual(new Set(rotation(providers, 20)), new Set(['a']));
});

test('a target that recovers gets a part of its weight', () => {
  const providers = [aProvider('a', { models: ['m'] }), aProvider('b', { models: ['m'] })];
  assert.equal(rotation(providers, 110, { b: 0.1 }).filter((id) => id === 'b').length, 10);
});

test('a provider is left out with its reason', () => {
  const providers = [
    aProvider('good', { models: ['m'] }),
    aProvider('forbidden', { models: ['m'] }),
    aProvider('mute', { models: ['m'], speaks: ['anthropic-messages'] }),
  ];
  const { candidates, trace, nothing } = choose(providers, { providersAllowed: new Set(['good', 'mute'] as ProviderId[]) });
  assert.equal(ids(candidates), 'good');
  assert.equal(nothing, null);
  assert.deepEqual(
    trace.rejected.map(({ provider, reason }) => [provider, reason]),
    [
      ['forbidden', 'provider-not-allowed'],
      ['mute', 'protocol-not-spoken'],
    ],
  );
  assert.deepEqual(trace.candidates, ['good/m']);
  assert.equal(trace.resolvedBy, 'listed');
});

test('when nothing is left, the reason that says most is told', () => {
  const off = aProvider('off', { models: ['m'], enabled: false });
  const mute = aProvider('mute', { models: ['m'], speaks: ['gemini-generate'] });
  const good = aProvider('good', { models: ['m'] });
  assert.equal(choose([good], { publicModel: 'unknown' }).nothing, 'unknown-model');
  assert.equal(choose([good], { providerAsked: 'nobody' }).nothing, 'unknown-provider');
  assert.equal(choose([good], { providersAllowed: new Set() }).nothing, 'not-allowed');
  assert.equal(choose([mute]).nothing, 'not-spoken');
  assert.equal(choose([off], { publicModel: 'off/m' }).nothing, 'disabled');
  assert.equal(choose([off, good], { publicModel: 'off/m' }).nothing, 'disabled', 'a named provider is not replaced by another');
});

test('a forbidden provider does not tell whether it is disabled or speaks the protocol', () => {
  for (const changes of [{ enabled: false }, { speaks: [] }]) {
    assert.equal(
      choose([aProvider('secret', { models: ['m'], ...changes })], { publicModel: 'secret/m', providersAllowed: new Set() }).nothing,
      'not-allowed',
    );
  }
});

test('a provider is asked for by its id, else by its preset', () => {
  const providers = [
    aProvider('one', { models: ['m'], preset: 'acme' }),
    aProvider('two', { models: ['m'], preset: 'acme' }),
    aProvider('acme', { models: ['m'] }),
  ];
  assert.equal(ids(choose(providers, { providerAsked: 'two' }).candidates), 'two');
  assert.equal(ids(choose(providers, { providerAsked: 'acme' }).candidates), 'acme');
  assert.equal(ids(choose(providers.slice(0, 2), { providerAsked: 'acme' }).candidates), 'one two');
});

test('a call without a model goes to the provider asked for, else to the first by priority that speaks the protocol', () => {
  const providers = [
    aProvider('second', { priority: 2 }),
    aProvider('first', { priority: 1 }),
    aProvider('mute', { priority: 0, speaks: ['anthropic-messages'] }),
    aProvider('off', { priority: 0, enabled: false }),
  ];
  assert.equal(ids(choose(providers, { publicModel: null }).candidates), 'first');
  assert.equal(ids(choose(providers, { publicModel: null, providerAsked: 'second' }).candidates), 'second');
  assert.equal(ids(choose(providers, { publicModel: null, providersAllowed: new Set(['second'] as ProviderId[]) }).candidates), 'second');
  assert.equal(choose([providers[2] ?? assert.fail()], { publicModel: null }).nothing, 'unknown-model');
});

test('under /proxy only a REST provider serves', () => {
  const rest = aProvider('weather', {
    kind: 'rest',
    speaks: [],
    rest: { methods: ['GET'], target: { origin: 'https://w.test', path: '', href: 'https://w.test' } },
  });
  const request = { publicModel: null, protocol: null };
  assert.equal(ids(choose([rest], { ...request, providerAsked: 'weather' }).candidates), 'weather');
  assert.equal(choose([aProvider('llm')], { ...request, providerAsked: 'llm' }).nothing, 'unknown-provider');
});

test('a trace keeps sixteen rejections and counts the rest', () => {
  const mute = Array.from({ length: 40 }, (_, index) => aProvider(`mute-${index}`, { models: ['m'], speaks: [] }));
  const nobody = choose(mute).trace;
  assert.deepEqual([nobody.rejected.length, nobody.moreRejected], [16, 24]);
  const view: LiveView = {
    ...aView(),
    listRejections: ({ provider }, into, most) => {
      const rejection: Rejection = { provider: provider.id, model: null, reason: 'resting' };
      for (let key = 0; key < 10 && into.length < most; key += 1) into.push(rejection);
      return 10;
    },
  };
  const some = choose([...mute, aProvider('good', { models: ['m'] })], {}, view).trace;
  assert.deepEqual([some.rejected.length, some.moreRejected], [16, 34]);
});

test('a target that rests stays a candidate, and the trace says until when', () => {
  const provider = aProvider('p', { models: ['m'], keys: [aKey('a'), aKey('b', { enabled: false })] });
  const live = new MemoryLiveState();
  const binder = new PoolBinder(live);
  const pool = binder.bind(provider).pool;
  pool.rest = { kind: 'transport', reason: '', sinceMs: 1000, untilMs: 9000, firm: false, step: 1 };
  const view: LiveView = {
    ...aView(),
    listRejections: (target, into, most) => listRejections(binder.bind(target.provider), target, 'm', 0, 2000, into, most),
  };
  const { candidates, trace } = choose([provider], {}, view);
  assert.equal(ids(candidates), 'p');
  assert.deepEqual(trace.rejected, [
    { provider: 'p', model: 'm', reason: 'resting', untilMs: 9000 },
    { provider: 'p', model: 'm', key: 'b', reason: 'key-disabled' },
  ]);
});

test('deciding changes nothing: neither the snapshot nor the live state', (t) => {
  const caps = { requestsPerMinute: 1, tokensPerMinute: 100, requestsPerDay: 5, concurrency: 1 };
  const keys = Array.from({ length: 1000 }, (_, index) => aKey(`k${index}`, { limits: caps }));
  const providers = [aProvider('p', { models: ['m'], keys }), aProvider('q', { models: ['m'] }), aProvider('r', { models: ['m'], speaks: [] })];
  const snapshot = deepFreeze(aSnapshot(providers));
  const binder = new PoolBinder(new MemoryLiveState());
  const nowMs = Date.UTC(2026, 5, 10, 12);
  for (const { provider } of snapshot.offers.values().next().value ?? []) {
    const { pool } = binder.bind(provider);
    for (const [place, key] of [...pool.keys.values()].entries()) {
      if (place % 2 === 0) key.rest = { kind: 'rate-limited', reason: '', sinceMs: nowMs - 1, untilMs: nowMs + place, firm: true, step: 1 };
    }
    deepFreeze(pool);
  }
  const view = Object.freeze<LiveView>({
    listRejections: (target, into, most) => listRejections(binder.bind(target.provider), target, 'm', 10, nowMs, into, most),
    credit: (provider) => binder.bind(snapshot.providersById.get(provider) ?? assert.fail()).pool.credits.get('m') ?? 0,
    recoveredShare: () => 1,
  });
  const request = deepFreeze<RoutingRequest>({ ...CHAT, providersAllowed: new Set(['p', 'q', 'r'] as ProviderId[]) });
  const first = decide(snapshot, view, request);
  assert.equal(ids(first.candidates), 'p q');
  const turns = 200;
  const started = performance.now();
  for (let turn = 0; turn < turns; turn += 1) assert.deepEqual(ids(decide(snapshot, view, request).candidates), 'p q');
  t.diagnostic(`decide over 1,000 keys: ${(((performance.now() - started) / turns) * 1000).toFixed(0)} µs`);
  assert.deepEqual(decide(snapshot, view, request), first);
});

const NO_LOSSES: Losses = { hints: [], substance: [], state: [] };

/** A translation by which every target loses the same. */
function translation(policy: TranslationPolicy, losses: Losses | null = NO_LOSSES, lacking: readonly string[] = []): RoutingTranslation {
  return { policy, via: (target) => chooseSpoken(target, 'answer', () => true), losses: () => losses, lacking: () => lacking };
}

const names = (decision: Decision): readonly string[] => decision.trace.candidates;

test('a target that speaks another protocol serves by translation, behind those of its priority that need none', () => {
  const providers = [
    aProvider('claude', { models: ['m'], speaks: ['anthropic-messages'] }),
    aProvider('chat', { models: ['m'], speaks: ['openai-chat'] }),
    aProvider('backup', { models: ['m'], speaks: ['openai-chat'], priority: 1 }),
  ];
  const decision = choose(providers, { translation: translation('prefer-native') });
  assert.deepEqual(names(decision), ['chat/m', 'claude/m as anthropic-messages', 'backup/m']);
  assert.equal(decision.candidates[1]?.via, 'anthropic-messages');
});

test('under lossy a target that needs translation takes its turn like any other', () => {
  const providers = [
    aProvider('claude', { models: ['m'], speaks: ['anthropic-messages'], weight: 9 }),
    aProvider('chat', { models: ['m'], speaks: ['openai-chat'] }),
  ];
  assert.equal(names(choose(providers, { translation: translation('lossy') }))[0], 'claude/m as anthropic-messages');
});

test('what a target cannot carry rules it out as far as the policy says, and the fields are told', () => {
  const providers = [aProvider('claude', { models: ['m'], speaks: ['anthropic-messages'] })];
  const losing = (policy: TranslationPolicy, losses: Partial<Losses>): Decision =>
    choose(providers, { translation: translation(policy, { ...NO_LOSSES, ...losses }) });
  const hints = { hints: ['seed'] };
  const substance = { substance: ['input_audio'] };
  const state = { state: ['previous_response_id'] };
  assert.equal(losing('strict', hints).nothing, 'not-carried');
  assert.equal(losing('prefer-native', hints).nothing, null);
  assert.equal(losing('prefer-native', substance).nothing, 'not-carried');
  assert.equal(losing('lossy', substance).nothing, null);
  assert.equal(losing('lossy', state).nothing, 'not-carried');
  assert.deepEqual(losing('prefer-native', substance).trace.rejected, [
    { provider: 'claude', model: 'm', reason: 'features-not-carried', fields: ['input_audio'] },
  ]);
});

test('a request that cannot be read still goes to a target of its own protocol, and to no other', () => {
  const chat = aProvider('chat', { models: ['m'], speaks: ['openai-chat'] });
  const claude = aProvider('claude', { models: ['m'], speaks: ['anthropic-messages'] });
  const both = choose([chat, claude], { translation: translation('prefer-native', null) });
  assert.deepEqual(names(both), ['chat/m']);
  assert.equal(both.trace.rejected[0]?.reason, 'not-translatable');
  assert.equal(choose([claude], { translation: translation('prefer-native', null) }).nothing, 'not-translatable');
});

test('a model that its operator says cannot do what is asked is passed over, unless the policy is lossy', () => {
  const blind: CompiledModel = { ...aModel('m'), capabilities: new Set(['tools']) };
  const providers = [aProvider('blind', { models: [blind] }), aProvider('seeing', { models: ['m'] })];
  const view = translation('prefer-native', NO_LOSSES, ['image_url']);
  const decision = choose(providers, { translation: view });
  assert.deepEqual(names(decision), ['seeing/m']);
  assert.deepEqual(decision.trace.rejected, [{ provider: 'blind', model: 'm', reason: 'features-not-carried', fields: ['image_url'] }]);
  assert.equal(names(choose(providers, { translation: { ...view, policy: 'lossy' } })).length, 2);
});

test('a model that its provider offers in one protocol only is translated for clients of its other ones', () => {
  const cloud = aProvider('cloud', {
    models: ['m'],
    speaks: ['openai-chat', 'anthropic-messages'],
    protocolOfModel: () => 'anthropic-messages',
  });
  assert.deepEqual(names(choose([cloud], { translation: translation('prefer-native') })), ['cloud/m as anthropic-messages']);
});

test('a provider is told in the protocol in which its vendor is best spoken to', () => {
  const open = aProvider('open', { models: ['m'], speaks: ['openai-chat', 'openai-responses'], translateTo: 'openai-responses' });
  const decision = choose([open], { protocol: 'anthropic-messages', translation: translation('prefer-native') });
  assert.equal(decision.candidates[0]?.via, 'openai-responses');
});

test('a host that does not take such calls in a protocol does not speak it for them', () => {
  const dialects = new Map([['anthropic-messages', { calls: { answer: { path: '/{model}' } } }]] as const);
  const cloud = aProvider('cloud', { models: ['m'], speaks: ['anthropic-messages'], dialects });
  const asking = (kind: CallKind): Decision => choose([cloud], { protocol: 'anthropic-messages', kind });
  assert.equal(ids(asking('answer').candidates), 'cloud');
  for (const kind of ['stream', 'count', 'other'] as const) assert.equal(asking(kind).nothing, 'not-spoken');
  assert.equal(
    chooseSpoken({ provider: cloud, model: aModel('m') }, 'count', () => true),
    null,
  );
});

test('a provider that is switched off is not translated for', () => {
  const off = aProvider('off', { models: ['m'], speaks: ['anthropic-messages'], enabled: false });
  assert.equal(choose([off], { providerAsked: 'off', translation: translation('prefer-native') }).nothing, 'disabled');
});
