import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who wrote a journal: journals share databases, and one process follows another on a journal. */
export interface JournalOwner {
  /** Stays with the folder. */
  readonly journal: string;
  /** Of this process alone. */
  readonly process: string;
}

const NAME = /^[0-9a-f-]{36}$/;
const PROCESS_CHARACTERS = 8;

/** To be called under the lock of the folder, once in a process. */
export function readJournalOwner(folder: string): JournalOwner {
  const path = join(folder, 'journal-id');
  const process = randomUUID().slice(0, PROCESS_CHARACTERS);
  const known = readText(path);
  if (NAME.test(known)) return { journal: known, process };
  const journal = randomUUID();
  writeFileSync(`${path}.new`, journal, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return { journal, process };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
