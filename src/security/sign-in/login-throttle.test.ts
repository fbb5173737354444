import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressGroup } from './address-group.ts';
import { LoginThrottle, type LoginAttempt } from './login-throttle.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

function rig(mostNames?: number) {
  let now = 5000;
  const throttle = new LoginThrottle(() => now, mostNames);
  const waitOf = (name: string, address: string): number => {
    const decision = throttle.begin(name, address);
    return decision.ok ? 0 : decision.retryAfterMs;
  };
  const enter = (name: string, address: string): LoginAttempt => {
    const decision = throttle.begin(name, address);
    assert.ok(decision.ok);
    return decision.attempt;
  };
  return { throttle, waitOf, enter, pass: (ms: number) => (now += ms) };
}

test('five failures are free, then the wait doubles from a second to a quarter of an hour', () => {
  const { waitOf, pass } = rig();
  for (let failure = 0; failure < 5; failure += 1) assert.equal(waitOf('root', '10.0.0.1'), 0);
  const waits: number[] = [];
  for (let failure = 5; failure < 18; failure += 1) {
    const wait = waitOf('root', '10.0.0.1');
    waits.push(wait / SECOND);
    pass(wait);
    assert.equal(waitOf('root', '10.0.0.1'), 0);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
});

test('tries at the same time do not slip through: each counts from its beginning', () => {
  const { waitOf } = rig();
  const letIn = Array.from({ length: 200 }, () => waitOf('root', '10.0.0.1')).filter((wait) => wait === 0);
  assert.equal(letIn.length, 5);
});

test('a refused try counts for nothing', () => {
  const { waitOf, pass } = rig();
  for (let failure = 0; failure < 5; failure += 1) waitOf('root', '10.0.0.1');
  for (let index = 0; index < 1000; index += 1) assert.equal(waitOf('root', '10.0.0.1'), SECOND);
  pass(SECOND);
  assert.equal(waitOf('root', '10.0.0.1'), 0);
});

test('no more than a hundred failures in a row are looked at, from one place or from many', () => {
  for (const addressOf of [() => '10.0.0.1', (index: number) => `10.${index >> 8}.${index & 255}.1`]) {
    const { waitOf, pass } = rig();
    let looked = 0;
    let waited = 0;
    for (let index = 0; waited < DAY; index += 1) {
      const wait = waitOf('root', addressOf(index));
      if (wait === 0) looked += 1;
      waited = wait;
      if (wait < DAY) pass(wait);
    }
    assert.equal(looked, 100);
    assert.equal(waitOf('root', '172.16.0.1'), DAY, 'from a new place it is closed as well');
    pass(DAY);
    assert.equal(waitOf('root', '172.16.0.1'), 0);
    assert.equal(waitOf('root', '172.16.0.1'), DAY, 'and after the day one more is looked at');
  }
});

test('nobody can lock a user out of the place where they signed in before', () => {
  const { throttle, enter, waitOf, pass } = rig();
  throttle.remember('root', '10.0.0.1');
  let wait = 0;
  for (let index = 0; wait < DAY; index += 1) {
    wait = waitOf('root', `10.1.${index >> 8}.${index & 255}`);
    if (wait < DAY) pass(wait);
  }
  enter('root', '10.0.0.1').succeed();
  assert.equal(waitOf('root', '10.2.0.1'), 0, 'and the login opens the account again');
});

test('at the known place guessing is slowed down as well', () => {
  const { throttle, waitOf } = rig();
  throttle.remember('root', '10.0.0.1');
  for (let failure = 0; failure < 5; failure += 1) assert.equal(waitOf('root', '10.0.0.1'), 0);
  assert.equal(waitOf('root', '10.0.0.1'), SECOND);
});

test('of the places where a user signed in the last eight are known', () => {
  const { throttle, waitOf } = rig();
  for (let place = 0; place < 9; place += 1) throttle.remember('root', `10.0.0.${place}`);
  for (let index = 0; index < 20; index += 1) waitOf('root', `10.1.0.${index}`);
  assert.equal(waitOf('root', '10.0.0.0'), SECOND);
  for (let place = 1; place < 9; place += 1) assert.equal(waitOf('root', `10.0.0.${place}`), 0);
});

test('a successful login clears what went wrong before', () => {
  const { enter, waitOf, pass } = rig();
  for (let failure = 0; failure < 5; failure += 1) waitOf('root', '10.0.0.1');
  pass(SECOND);
  enter('root', '10.0.0.1').succeed();
  for (let failure = 0; failure < 5; failure += 1) assert.equal(waitOf('root', '10.0.0.1'), 0);
  assert.equal(waitOf('root', '10.0.0.1'), SECOND);
});

test('one’s own successful logins do not open the door to guess at others', () => {
  const { enter, waitOf } = rig();
  let looked = 0;
  for (let index = 0; index < 200; index += 1) {
    enter('mallory', '10.0.0.1').succeed();
    if (waitOf(`victim-${index}`, '10.0.0.1') === 0) looked += 1;
  }
  assert.equal(looked, 50);
});

test('fifty failures at one place make it wait for every account, at most a minute, and it never closes', () => {
  const { waitOf, pass } = rig();
  for (let index = 0; index < 50; index += 1) assert.equal(waitOf(`user-${index}`, '10.0.0.1'), 0);
  assert.equal(waitOf('somebody', '10.0.0.1'), SECOND);
  assert.equal(waitOf('somebody', '10.0.0.2'), 0);
  for (let index = 0; index < 300; index += 1) {
    const wait = waitOf(`other-${index}`, '10.0.0.1');
    assert.ok(wait <= MINUTE);
    pass(wait);
    waitOf(`other-${index}`, '10.0.0.1');
  }
  pass(60 * MINUTE);
  assert.equal(waitOf('somebody', '10.0.0.1'), 0);
});

test('a try that the gateway was too busy for is taken back', () => {
  const { enter, waitOf } = rig();
  for (let failure = 0; failure < 4; failure += 1) assert.equal(waitOf('root', '10.0.0.1'), 0);
  for (let index = 0; index < 100; index += 1) enter('root', '10.0.0.1').cancel();
  for (let failure = 4; failure < 5; failure += 1) assert.equal(waitOf('root', '10.0.0.1'), 0);
  assert.equal(waitOf('root', '10.0.0.1'), SECOND);
});

test('names that nobody has, and other ways to write a name, are treated alike', () => {
  const { waitOf } = rig();
  const names = ['Root', 'root', ' ROOT ', 'ｒｏｏｔ', 'rooT'];
  for (const name of names) assert.equal(waitOf(name, '10.0.0.1'), 0);
  assert.equal(waitOf('root', '10.0.0.1'), SECOND);
  for (const name of ['__proto__', 'constructor', '', 'x'.repeat(1e6)]) assert.equal(waitOf(name, '10.0.0.9'), 0);
});

test('memory is bounded, and a flood of made-up names does not make it forget an attack', () => {
  const { throttle, waitOf } = rig(1000);
  for (let failure = 0; failure < 5; failure += 1) waitOf('root', '10.0.0.1');
  for (let index = 0; index < 20_000; index += 1) waitOf(`name-${index}`, `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`);
  assert.ok(throttle.size <= 3000, String(throttle.size));
  assert.equal(waitOf('root', '10.0.0.1'), SECOND);
});

test('the operator opens a closed account again', () => {
  const { throttle, waitOf } = rig();
  for (let index = 0; index < 30; index += 1) waitOf('root', `10.0.1.${index}`);
  assert.ok(waitOf('root', '10.0.0.1') > 0);
  throttle.pardon('ROOT');
  assert.equal(waitOf('root', '10.0.0.1'), 0);
});

test('places are IPv4 addresses and networks of 64 bits of IPv6', () => {
  assert.equal(addressGroup('10.0.0.1'), '10.0.0.1');
  assert.equal(addressGroup('::ffff:10.0.0.1'), '10.0.0.1');
  assert.equal(addressGroup('2001:DB8:0:1:aaaa::1'), '2001:db8:0:1::/64');
  assert.equal(addressGroup('2001:db8::1:0:0:0:2'), '2001:db8:0:1::/64');
  assert.equal(addressGroup('2001:0db8:0000:0001:0000:0000:0000:0002'), '2001:db8:0:1::/64');
  assert.equal(addressGroup('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(addressGroup('::1'), '0:0:0:0::/64');
  assert.equal(addressGroup('not an address'), 'not an address');
});
