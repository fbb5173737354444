import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopbackHost, isMetadataHost, isPrivateHost } from './network-address.ts';

test('a metadata address is known in every spelling', () => {
  const spellings = [
    '169.254.169.254',
    '[::ffff:a9fe:a9fe]',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    '[FD00:EC2::254]',
    'metadata.google.internal.',
  ];
  for (const host of spellings) assert.equal(isMetadataHost(host), true, host);
  for (const host of ['169.254.169.253', '8.8.8.8', 'metadata.example.com', '::1']) assert.equal(isMetadataHost(host), false, host);
});

test('numeric spellings of an address are resolved by the URL parser before they are asked about', () => {
  for (const written of ['http://2852039166/', 'http://0xA9FEA9FE/', 'http://0251.0376.0251.0376/', 'http://169.254.43518/']) {
    assert.equal(isMetadataHost(new URL(written).hostname), true, written);
  }
});

test('private means every address that is not of the public internet', () => {
  const own = [
    '127.0.0.1',
    '10.0.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '::',
    '::1',
    'fe80::1%eth0',
    'fd12::1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    'localhost',
  ];
  for (const host of own) assert.equal(isPrivateHost(host), true, host);
  for (const host of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', 'api.openai.com', '10.example.com'])
    assert.equal(isPrivateHost(host), false, host);
});

test('loopback is told from the rest of the private addresses', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', 'localhost', 'LOCALHOST.', 'app.localhost', '::ffff:127.0.0.1'])
    assert.equal(isLoopbackHost(host), true, host);
  for (const host of ['10.0.0.1', 'localhost.example.com', '128.0.0.1']) assert.equal(isLoopbackHost(host), false, host);
});
