import type { ImportNote } from './import-draft.ts';

/** Collects notes; the same thing at many places is one note. */
export class ImportNotes {
  readonly #notes = new Map<string, Omit<ImportNote, 'where'> & { readonly where: string[] }>();

  add(kind: ImportNote['kind'], subject: ImportNote['subject'], where: string, message: string): void {
    const name = `${kind}\n${subject}\n${message}`;
    const known = this.#notes.get(name);
    if (known === undefined) this.#notes.set(name, { kind, subject, where: [where], message });
    else known.where.push(where);
  }

  leftOut(subject: ImportNote['subject'], where: string, message: string): void {
    this.add('left-out', subject, where, message);
  }

  changed(subject: ImportNote['subject'], where: string, message: string): void {
    this.add('changed', subject, where, message);
  }

  told(where: string, message: string): void {
    this.add('told', 'whole', where, message);
  }

  all(): readonly ImportNote[] {
    return [...this.#notes.values()];
  }
}
