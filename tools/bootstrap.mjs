// Makes a fresh clone ready: runs before `npm start`, `npm test` and their like, under any Node from 18 on.
// It installs when package-lock.json is not the one that was installed last, and else returns at once.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkNode } from './link-node.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const mark = join(modules, '.headgate-lock');

const wanted = fingerprint();
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) install();

/** What the installed packages depend on: the lockfile, and the machine that they were chosen for. */
function fingerprint() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${hash} ${process.platform}-${process.arch}\n`;
}

function install() {
  console.error('Installing dependencies (only when package-lock.json changed) …');
  stepAside();
  const status = runNpm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) {
    console.error('Dependencies could not be installed: `npm ci` failed, see above. It needs the npm registry, or a filled npm cache.');
    process.exit(status);
  }
  linkNode(modules);
  dropNodeThatDoesNotRun();
  writeFileSync(mark, wanted);
}

/** Windows cannot delete a program that runs; it can rename it. */
function stepAside() {
  if (process.platform !== 'win32' || !process.execPath.startsWith(modules)) return;
  const old = join(root, '.old-node.exe');
  rmSync(old, { force: true });
  renameSync(process.execPath, old);
}

/** With the npm that called this script, run by the Node that runs it; started by hand, with the npm on the PATH. */
function runNpm(args) {
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && basename(npm).startsWith('npm-cli') && existsSync(npm);
  const options = { cwd: root, stdio: ['ignore', 2, 'inherit'] };
  const run = isNpm
    ? spawnSync(process.env.npm_node_execpath ?? process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (run.error) console.error(`npm could not be started: ${run.error.message}.`);
  return run.status ?? 1;
}

/** The packaged Node is built against glibc; where it cannot run (Alpine), the system's own has to do. */
function dropNodeThatDoesNotRun() {
  const windows = process.platform === 'win32';
  const link = join(modules, '.bin', windows ? 'node.cmd' : 'node');
  if (existsSync(link) && spawnSync(link, ['--version'], { shell: windows }).status !== 0) rmSync(link, { force: true });
}
