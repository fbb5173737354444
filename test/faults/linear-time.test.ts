import assert from 'node:assert/strict';
import { test } from 'node:test';

import { matchModels } from '../../src/config/model-matcher.ts';
import { matchPath } from '../../src/gateway/http/match-path.ts';
import { EventRelay } from '../../src/gateway/streaming/event-relay.ts';
import { readSseEvents } from '../../src/lib/sse-events.ts';
import { Redactor } from '../../src/security/redactor.ts';

function relayInPieces(bytes: Buffer, size: number): void {
  const meter = { event: () => undefined, skim: () => undefined, isEnded: true, isFinal: false, error: null };
  const relay = new EventRelay(
    { meter, secret: 'sk-0123456789abcdef', hideUsage: false, restoreModel: null },
    { onFirst: () => undefined, onBlock: () => undefined, onDone: () => undefined },
  );
  for (let at = 0; at < bytes.length; at += size) relay.onData(bytes.subarray(at, at + size));
  relay.onEnd();
}

const TURNS = 8;

/** Processor time of this thread for one turn, in the best of some runs: what else the machine does is not in it. */
function leastMs(act: () => void): number {
  return Math.min(
    ...Array.from({ length: 3 }, () => {
      // The kernel counts in milliseconds: several turns make a figure.
      const before = process.threadCpuUsage();
      for (let turn = 0; turn < TURNS; turn += 1) act();
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1000 / TURNS;
    }),
  );
}

test('hostile texts take processor time in proportion to their length', (t) => {
  const redactor = new Redactor();
  redactor.setSecrets(['sk-secret-0123456789', 'aaaaaaaaaaaaaaaaaaaab']);
  const glob = matchModels([`${'a*'.repeat(40)}b`]) ?? assert.fail('it is a matcher');
  const acts: Readonly<Record<string, (length: number) => void>> = {
    'redactor, slashes': (length) => void redactor.redact('//a:'.repeat(length / 4)),
    'redactor, bearers': (length) => void redactor.redact('Bearer '.repeat(length / 7)),
    'redactor, blanks behind a name': (length) => void redactor.redact(`authorization${' '.repeat(length)}`),
    'redactor, blanks behind a colon': (length) => void redactor.redact(`api-key: ${' '.repeat(length)}`),
    'redactor, beginnings of a secret': (length) => void redactor.redact('a'.repeat(length)),
    'globs, beginnings': (length) => void glob('a'.repeat(length)),
    'paths, dots': (length) => void matchPath(`/v1/${'../'.repeat(length / 3)}`),
    'paths, escapes': (length) => void matchPath(`/proxy/rest/${'%2e%2'.repeat(length / 5)}`),
    'events, carriage returns': (length) => readSseEvents(Buffer.alloc(length, '\r'), () => undefined),
    'events, one long line': (length) => relayInPieces(Buffer.from(`data: {}\n\ndata: ${'x'.repeat(length)}`), 16 * 1024),
    'events, many data lines': (length) => readSseEvents(Buffer.from('data:x\n'.repeat(length / 7)), () => undefined),
  };
  const figures: string[] = [];
  for (const [what, act] of Object.entries(acts)) {
    const small = leastMs(() => act(25_000));
    const large = leastMs(() => act(200_000));
    figures.push(`${what} ${((large * 1e6) / 200_000).toFixed(1)}`);
    // Eight times the length may take twenty times as long (caches, the collector), never the square.
    assert.ok(large <= Math.max(small * 20, 5), `${what}: ${small} ms for 25,000, ${large} ms for 200,000`);
  }
  t.diagnostic(`figure: ns a character at 200,000: ${figures.join('; ')}`);
});
