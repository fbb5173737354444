import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';

import { problemOfBaseUrl } from '../../src/config/base-url.ts';
import { compileSnapshot } from '../../src/config/compile-snapshot.ts';
import type { CompiledProvider } from '../../src/config/snapshot.ts';
import type { ByteSink } from '../../src/lib/byte-sink.ts';
import { BlockedAddressError } from '../../src/gateway/upstream/connect-guard.ts';
import { UpstreamCall } from '../../src/gateway/upstream/upstream-call.ts';
import { UpstreamPools } from '../../src/gateway/upstream/upstream-pools.ts';
import { loadBundledPrices } from '../../src/presets/price-catalogue.ts';
import { PRESETS } from '../../src/presets/presets.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { preload } from '../support/preload.ts';
import { runMany } from '../support/run-many.ts';

let sinkHits = 0;
const sink = createServer((socket) => {
  sinkHits += 1;
  socket.destroy();
});
await new Promise<void>((resolve) => void sink.listen(0, '127.0.0.1', resolve));
const sinkPort = (sink.address() as AddressInfo).port;
after(() => sink.close());

/** Spellings of metadata services that a URL may carry. */
const METADATA_HOSTS = [
  '169.254.169.254',
  '169.254.169.254.',
  '2852039166',
  '0xa9fea9fe',
  '0XA9FEA9FE',
  '025177524776',
  '0251.0376.0251.0376',
  '0xa9.0xfe.0xa9.0xfe',
  '169.254.43518',
  '169.16689662',
  '0xa9.254.0251.254',
  '169.254.169.0xfe',
  '0000251.254.169.254',
  '%31%36%39.254.169.254',
  '１６９.254.169.254',
  '169。254。169。254',
  '169．254．169．254',
  '①⑥⑨.254.169.254',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[0:0:0:0:0:ffff:a9fe:a9fe]',
  '[::FFFF:169.254.169.254]',
  '[::a9fe:a9fe]',
  '[::169.254.169.254]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b::169.254.169.254]',
  '[fd00:ec2::254]',
  '[FD00:0EC2:0:0:0:0:0:254]',
  '[fd20:ce::254]',
  'metadata.google.internal',
  'METADATA.GOOGLE.INTERNAL',
  'metadata.google.internal.',
  'metadata.goog',
  'Metadata.Goog.',
  'instance-data',
  'instance-data.ec2.internal',
  '100.100.100.200',
  '1684301000',
  '168.63.129.16',
  '169.254.170.2',
  '169.254.170.23',
  '192.0.0.192',
  '0x64.0x64.0x64.0xc8',
  'meta\u00addata.goog',
];

/** Addresses that a public name may be made to lead to. */
const PRIVATE_ADDRESSES = [
  '127.0.0.1',
  '127.0.0.2',
  '127.1.2.3',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.0.1',
  '192.168.255.255',
  '169.254.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.127.255.254',
  '100.100.100.200',
  '192.0.0.1',
  '192.0.0.192',
  '198.18.0.1',
  '198.19.255.255',
  '224.0.0.1',
  '255.255.255.255',
  '240.0.0.1',
  '168.63.129.16',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::7f00:1',
  '64:ff9b::7f00:1',
  '64:ff9b::a9fe:a9fe',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%lo',
  'fec0::1',
  'ff02::1',
  'fd00:ec2::254',
];
/** TEST-NET-3: public in form, and nobody's. */
const PUBLIC_ADDRESS = '203.0.113.7';

const familyOf = (address: string): number => (address.includes(':') ? 6 : 4);

function providerAt(base: string, more: object = {}): CompiledProvider {
  const snapshot = compileSnapshot(
    { providers: [{ id: 'outside', protocols: { 'openai-chat': base }, keys: ['sk-outside-12345'], timeouts: { connectMs: 100 }, ...more }] },
    { presets: PRESETS, prices: loadBundledPrices(), revision: 1, source: 'test', hashSecret: hashToken, outgoingProxy: null },
  );
  return snapshot.providers[0] ?? assert.fail('no provider was compiled');
}

/** Calls the address and gives why it was not reached. */
function call(pools: UpstreamPools, provider: CompiledProvider, origin: string): Promise<Error | null> {
  return new Promise((resolve) => {
    const taken: ByteSink = { onData: () => undefined, onEnd: () => resolve(null), onBreak: () => resolve(null) };
    const upstream = new UpstreamCall({ onHead: () => taken, onFailure: (error) => resolve(error) });
    upstream.start(pools.dispatcher(provider, origin), { origin, path: '/v1', method: 'GET', headers: [], body: null });
  });
}

test('no spelling of a metadata service is taken as a base URL, nor is one with credentials in it', (t) => {
  const taken = METADATA_HOSTS.filter((host) => URL.canParse(`http://${host}/v1`) && problemOfBaseUrl(`http://${host}/v1`) === null);
  const withUser = [
    'http://user@127.0.0.1/v1',
    'http://user:pass@api.openai.com/v1',
    'http://api.openai.com@169.254.169.254/v1',
    'https://169.254.169.254:443@1.1.1.1/v1',
  ];
  const userTaken = withUser.filter((url) => problemOfBaseUrl(url) === null);
  t.diagnostic(
    `figure: base URLs at configuration time: ${taken.length} of ${METADATA_HOSTS.length} metadata spellings taken, ${userTaken.length} of ${withUser.length} with credentials`,
  );
  assert.ok(METADATA_HOSTS.length >= 40);
  assert.deepEqual(taken, []);
  assert.deepEqual(userTaken, []);
});

test('no spelling of a metadata service is connected to, whatever the operator allows', async (t) => {
  const pools = new UpstreamPools((_name, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]));
  const provider = providerAt('https://api.example.com/v1', { allowPrivateNetwork: true });
  const reached: string[] = [];
  const hosts = METADATA_HOSTS.filter((host) => URL.canParse(`http://${host}/`));
  for (const host of hosts) {
    const error = await call(pools, provider, new URL(`http://${host}/`).origin);
    if (!(error instanceof BlockedAddressError)) reached.push(`${host}: ${String(error)}`);
  }
  await pools.destroy();
  t.diagnostic(`figure: metadata spellings at connect time, private networks allowed: ${reached.length} of ${hosts.length} not refused`);
  assert.deepEqual(reached, []);
});

test('a public name that leads to a private address is refused at connect time, alone or beside a public one', async (t) => {
  const provider = providerAt('https://api.example.com/v1');
  const before = sinkHits;
  const reached: string[] = [];
  for (const address of PRIVATE_ADDRESSES) {
    for (const others of [[], [PUBLIC_ADDRESS]]) {
      const pools = new UpstreamPools((_name, callback) =>
        callback(
          null,
          [...others, address].map((one) => ({ address: one, family: familyOf(one) })),
        ),
      );
      const error = await call(pools, provider, `http://api.example.com:${sinkPort}`);
      if (!(error instanceof BlockedAddressError)) reached.push(`${address}: ${String(error)}`);
      await pools.destroy();
    }
  }
  t.diagnostic(
    `figure: ${PRIVATE_ADDRESSES.length} private addresses behind a public name: ${reached.length} not refused, ${sinkHits - before} sink hits`,
  );
  assert.ok(PRIVATE_ADDRESSES.length >= 40);
  assert.deepEqual(reached, []);
  assert.equal(sinkHits, before);
});

test('a name that changes its address between two look-ups never leads to the inside', async (t) => {
  let lookUps = 0;
  const pools = new UpstreamPools((_name, callback) => {
    lookUps += 1;
    const address = lookUps % 2 === 0 ? '127.0.0.1' : PUBLIC_ADDRESS;
    callback(null, [{ address, family: 4 }]);
  });
  const provider = providerAt('https://api.example.com/v1');
  const before = sinkHits;
  const errors = await runMany(200, 40, () => call(pools, provider, `http://rebound.example.com:${sinkPort}`));
  await pools.destroy();
  const blocked = errors.filter((error) => error instanceof BlockedAddressError).length;
  t.diagnostic(`figure: rebinding: ${sinkHits - before} sink hits of ${errors.length}, ${blocked} refused by address, ${lookUps} look-ups`);
  assert.equal(sinkHits, before);
  assert.ok(blocked > 0 && errors.every((error) => error !== null));
});

test('the operator reaches the own network by a word: by its address, or by the switch', async (t) => {
  const before = sinkHits;
  const pools = new UpstreamPools((_name, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]));
  await call(pools, providerAt(`http://127.0.0.1:${sinkPort}/v1`), `http://127.0.0.1:${sinkPort}`);
  await call(pools, providerAt('https://api.example.com/v1', { allowPrivateNetwork: true }), `http://api.example.com:${sinkPort}`);
  await pools.destroy();
  assert.equal(sinkHits, before + 2);
  t.diagnostic('figure: private addresses with the operator’s switch: 2 of 2 reached');
});

test('the running gateway refuses such names, follows no redirect inside, and tells the client no address', async (t) => {
  const lie = `import dns from 'node:dns'; import { syncBuiltinESMExports } from 'node:module';
    const real = dns.lookup;
    dns.lookup = (name, options, done) => name.endsWith('.example') ? setImmediate(done, null, [{ address: '127.0.0.1', family: 4 }]) : real(name, options, done);
    syncBuiltinESMExports();`;
  const world = await MockedGateway.start({
    providers: [
      { id: 'rebound', models: ['rebound'], keys: ['sk-rebound-12345'], protocols: { 'openai-chat': `http://public.example:${sinkPort}/v1` } },
      { id: 'redirecting', models: ['redirecting'], keys: ['sk-redirecting-12345'] },
    ],
    nodeFlags: preload(lie),
  });
  const before = sinkHits;
  try {
    world.script({ rules: [{ redirect: `http://127.0.0.1:${sinkPort}/latest/meta-data/` }] });
    const rebound = await world.chat('rebound');
    const redirected = await world.chat('redirecting');
    assert.deepEqual([rebound.status, redirected.status], [502, 502]);
    assert.match(redirected.text, /upstream_redirect/);
    const shown = `${rebound.text}${redirected.text}${redirected.rawHeaders.join(' ')}`;
    assert.doesNotMatch(shown, /127\.0\.0\.1|meta-data|public\.example/);
    t.diagnostic(`figure: running gateway: ${sinkHits - before} sink hits by rebinding and redirect`);
    assert.equal(sinkHits, before);
  } finally {
    await world.close();
  }
});
