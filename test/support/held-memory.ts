import { preload } from './preload.ts';
import type { Gateway } from './start-gateway.ts';
import { waitFor } from './wait-for.ts';

/** Flags with which a gateway can be asked by `heldMemory`. */
export const MEMORY_FLAGS: readonly string[] = [
  '--expose-gc',
  ...preload(`process.on('SIGUSR2', () => {
    for (let turn = 0; turn < 3; turn += 1) globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    console.error('held memory: ' + (heapUsed + external));
  });`),
];

/** Bytes that a gateway still holds after its garbage was collected. */
export async function heldMemory(gateway: Gateway): Promise<number> {
  const from = gateway.stderr().length;
  process.kill(gateway.pid, 'SIGUSR2');
  return Number(await waitFor('the figure of held memory', () => /held memory: (\d+)\n/.exec(gateway.stderr().slice(from))?.[1] ?? null));
}
