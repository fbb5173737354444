import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weaknessOfPassword } from './password-rules.ts';

test('long words in a row are taken, in every script', () => {
  for (const password of [
    'correct horse battery',
    'Tr0ub4dor&3xyz',
    'my admin password is longer than yours',
    'kqzvprmwty',
    '正确的马电池订书钉一二',
    'пароль длинный и свой',
    'adminпарольдлинный',
    'a'.repeat(3) + 'bcdxyzqwk!'.repeat(20),
  ]) {
    assert.equal(weaknessOfPassword(password, 'root'), null, password);
  }
});

test('short and endless passwords are refused, counted in characters', () => {
  assert.match(weaknessOfPassword('kqzvprmwt', 'root') ?? '', /^is shorter than 10 characters/u);
  assert.match(weaknessOfPassword('😀🎈🚀🌍🍕', 'root') ?? '', /^is shorter/u);
  assert.match(weaknessOfPassword('kqzvprmwty'.repeat(26), 'root') ?? '', /^is longer than 256/u);
});

test('passwords of the same few characters are refused', () => {
  for (const password of ['aaaaaaaaaaaa', 'abababababab', '1111122222', '..........']) {
    assert.match(weaknessOfPassword(password, 'root') ?? '', /^repeats/u, password);
  }
});

test('passwords made of the user name are refused', () => {
  for (const password of ['johannes.k', 'Johannes.K2026', 'johannes.kjohannes.k', '!johannes.k!']) {
    assert.match(weaknessOfPassword(password, 'johannes.k') ?? '', /user name/u, password);
  }
  assert.equal(weaknessOfPassword('johannes.k likes tea', 'johannes.k'), null);
  assert.equal(weaknessOfPassword('correct horse battery', 'co'), null);
});

test('the first guesses are refused, also with other letters and with digits around them', () => {
  for (const password of [
    'administrator',
    'Admin12345',
    'admin123456!',
    'adminadmin1',
    'password123',
    'P@ssw0rd2026!',
    'Passw0rd!!',
    'passwordpassword',
    '2026password',
    'changeme123',
    'Change-Me-2026',
    'please_change_me',
    'your_admin_password',
    'your-admin-key',
    'your-global-proxy-key',
    'your-secret-key',
    'your-secret-key-change-this-in-production',
    'Welcome2026',
    'letmein2026',
    'headgate2026',
    'llm-gateway-1',
    'api-key-rotator',
    '1234567890',
    '0987654321',
    'qwertyuiop',
    'poiuytrewq',
    'qwerty123456',
    'abcdefghij',
    'abcdef123456',
    '1qaz2wsx3edc',
  ]) {
    assert.match(weaknessOfPassword(password, 'root') ?? '', /first that anybody would try/u, password);
  }
});

test('the sentence never repeats the password', () => {
  for (const password of ['kqzvprm', 'administrator', 'rootrootroot'])
    assert.ok(!(weaknessOfPassword(password, 'root') ?? password).includes(password));
});
