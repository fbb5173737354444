import { readdirSync, readFileSync } from 'node:fs';

/** Memory that a process holds now, in bytes, as Linux tells it. */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (found === null) throw new Error(`Process ${pid} tells no VmRSS.`);
  return Number(found[1]) * 1024;
}

/** File descriptors that a process holds now. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Bytes in MiB with one digit behind the point, for figures. */
export function inMebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
