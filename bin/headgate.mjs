#!/usr/bin/env node
// Starts Headgate with a Node that runs it: this one when it is new enough, else the project's own from node_modules.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode } from '../tools/link-node.mjs';

const OLDEST_NODE = 26;
const root = fileURLToPath(new URL('..', import.meta.url));

// glibc gives each thread an allocation arena of its own, which costs a gateway with many streams tens of megabytes. Read at the start of a
// process only, and worth a new one only for a gateway.
const ARENAS = { MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2' };
/** A gateway's objects live for a request: a smaller nursery than Node's serves them as fast and keeps a thousand open streams smaller. */
const NURSERY = '--max-semi-space-size=10';
const isTuned =
  process.platform === 'win32' || process.argv[2] !== 'serve' || process.execArgv.some((flag) => flag.startsWith('--max-semi-space-size'));

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) startWithOwnNode();
else if (!isTuned && process.execve) become(process.execPath);
else await startHere();

async function startHere() {
  module.enableCompileCache(join(root, 'node_modules', '.cache', 'compile'));
  // A gateway runs until it is killed, so the cache cannot wait for the exit.
  setTimeout(() => module.flushCompileCache(), 2000).unref();
  await import('../src/main.ts');
}

function startWithOwnNode() {
  const node = findNode(join(root, 'node_modules'));
  if (node === undefined) {
    console.error(`Headgate needs Node ${OLDEST_NODE} and this is ${process.version}. Run \`npm ci\` in ${root}: it brings the right one along.`);
    process.exit(1);
  }
  // Where Node can replace its own process, there is nothing to forward.
  if (process.execve && process.platform !== 'win32') become(node);
  const child = spawn(node, [NURSERY, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ...ARENAS },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.removeAllListeners(name);
    if (signal !== null) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}

/** Goes on as another program in the same process. */
function become(node) {
  process.execve(node, [node, ...process.execArgv, NURSERY, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { ...process.env, ...ARENAS });
}
