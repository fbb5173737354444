import { appendFile, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ProviderId, ProviderKeyId, VirtualKeyId } from '../../domain/ids.ts';
import type { StateHome } from '../../ports/state-homes.ts';
import type { MemoryStateHomes } from './memory-state-homes.ts';

const WRITE_EVERY_MS = 500;

/**
 * Keeps state homes across restarts: one JSON line each, `[id, provider, key, caller]`, appended at most twice a second and written anew at the
 * start, without what was forgotten. Holds ids only, never a secret. A crash loses at most the last half second.
 */
export class StateHomesFile {
  readonly #path: string;
  readonly #onProblem: (sentence: string) => void;
  #pending = '';
  #isScheduled = false;

  constructor(path: string, onProblem: (sentence: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
  }

  /** Fills the homes from the file; lines that cannot be read (a torn last one) are left out. */
  restore(homes: MemoryStateHomes): void {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return;
    }
    for (const line of text.split('\n')) {
      const read = readLine(line);
      if (read !== null) homes.restore(read.id, read.home);
    }
    const draft = `${this.#path}.new`;
    try {
      writeFileSync(draft, [...homes.entries()].map(([id, home]) => lineOf(id, home)).join(''), { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Notes one more home; it is written within half a second. */
  add(id: string, home: StateHome): void {
    this.#pending += lineOf(id, home);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setTimeout(() => {
      this.#isScheduled = false;
      const lines = this.#take();
      appendFile(this.#path, lines, { mode: 0o600 }, (error) => {
        if (error !== null) this.#tell(error);
      });
    }, WRITE_EVERY_MS).unref();
  }

  /** Writes what is pending, before the process ends. */
  close(): void {
    if (this.#pending === '') return;
    try {
      writeFileSync(this.#path, this.#take(), { flag: 'a', mode: 0o600 });
    } catch (error) {
      this.#tell(error);
    }
  }

  #take(): string {
    const lines = this.#pending;
    this.#pending = '';
    return lines;
  }

  #tell(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#onProblem(`Where stored responses live could not be written to ${this.#path}: ${reason}.`);
  }
}

function lineOf(id: string, { provider, key, caller }: StateHome): string {
  return `${JSON.stringify([id, provider, key, caller])}\n`;
}

function readLine(line: string): { readonly id: string; readonly home: StateHome } | null {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return null;
  }
  if (!Array.isArray(read) || read.length !== 4) return null;
  const [id, provider, key, caller] = read as unknown[];
  if (typeof id !== 'string' || typeof provider !== 'string' || typeof key !== 'string') return null;
  if (caller !== null && typeof caller !== 'string') return null;
  return { id, home: { provider: provider as ProviderId, key: key as ProviderKeyId, caller: caller as VirtualKeyId | null } };
}
