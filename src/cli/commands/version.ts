import { readVersion } from '../../app/version.ts';

export function run(): Promise<number> {
  process.stdout.write(`headgate ${readVersion()} (node ${process.versions.node})\n`);
  return Promise.resolve(0);
}
