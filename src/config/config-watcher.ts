import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { SnapshotHolder } from './snapshot-holder.ts';
import type { GatewaySnapshot } from './snapshot.ts';

export type ReloadResult = { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly error: Error };

export interface ConfigWatcherOptions {
  readonly file: string;
  readonly holder: SnapshotHolder;
  /** Makes the next snapshot of the text of the file; throws when it cannot be used. */
  readonly compile: (text: string) => GatewaySnapshot;
  /** Told once a change: what came of it. */
  readonly report: (result: ReloadResult) => void;
  /** Editors write in several steps; the file is read when it was quiet for so long. Default 100. */
  readonly debounceMs?: number;
  /** Looks at the file this often, in case the system tells of no change. Default 2000. */
  readonly pollMs?: number;
}

const DELETED = 'deleted';
/** A file that is never quiet is read nevertheless, at the latest after so many times the quiet that is waited for. */
const MOST_WAITS = 5;

/** Follows a configuration file: a good change is swapped in whole, a bad or deleted file leaves the last good snapshot in force. */
export class ConfigWatcher {
  readonly #options: ConfigWatcherOptions;
  readonly #poll: NodeJS.Timeout;
  #directory: FSWatcher | null = null;
  #debounce: NodeJS.Timeout | null = null;
  /** When the first change was noticed that has not been read yet. */
  #changedAt: number | null = null;
  /** State of the file that was last noticed; other files of the directory change it not. */
  #noticed: string;
  #text: string | null;
  #isGone = false;

  /** `text`: what the snapshot in force was compiled from. */
  constructor(options: ConfigWatcherOptions, text: string) {
    this.#options = options;
    this.#text = text;
    this.#noticed = signatureOf(options.file);
    this.#poll = setInterval(() => {
      this.#notice();
    }, options.pollMs ?? 2000).unref();
    this.#watchDirectory();
    // The file may have changed between being read and being watched.
    this.#schedule();
  }

  stop(): void {
    clearInterval(this.#poll);
    if (this.#debounce !== null) clearTimeout(this.#debounce);
    this.#directory?.close();
  }

  /** The directory and not the file: editors and orchestrators put a new file in the place of the old one. */
  #watchDirectory(): void {
    try {
      this.#directory = watch(dirname(this.#options.file), { persistent: false }, () => {
        this.#notice();
      });
      // Without it the look at the file every two seconds goes on.
      this.#directory.on('error', () => this.#directory?.close());
    } catch {
      this.#directory = null;
    }
  }

  #notice(): void {
    const signature = signatureOf(this.#options.file);
    if (signature === this.#noticed) return;
    this.#noticed = signature;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#debounce !== null) clearTimeout(this.#debounce);
    const quietMs = this.#options.debounceMs ?? 100;
    const now = performance.now();
    this.#changedAt ??= now;
    const leftMs = this.#changedAt + quietMs * MOST_WAITS - now;
    this.#debounce = setTimeout(
      () => {
        this.#reload();
      },
      Math.max(0, Math.min(quietMs, leftMs)),
    ).unref();
  }

  #reload(): void {
    const { file, holder, compile, report } = this.#options;
    this.#changedAt = null;
    const signature = signatureOf(file);
    if (signature === DELETED && this.#isGone) return;
    this.#noticed = signature;
    this.#isGone = signature === DELETED;
    try {
      const text = readFileSync(file, 'utf8');
      if (text === this.#text) return;
      this.#text = text;
      const next = compile(text);
      holder.swap(next);
      report({ ok: true, revision: next.revision });
    } catch (error) {
      if (this.#isGone) this.#text = null;
      report({
        ok: false,
        error: this.#isGone ? new Error(`The file ${file} was deleted; the last good configuration stays in force.`) : asError(error),
      });
    }
  }
}

function signatureOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return DELETED;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
