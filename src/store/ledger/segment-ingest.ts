import { existsSync, renameSync, unlinkSync } from 'node:fs';
import type { ExchangeRecord, OpenRecord } from '../../domain/exchange-record.ts';
import { parseLine } from '../journal/parse-line.ts';
import { readLines } from '../journal/read-lines.ts';
import { listSegments, segmentBytes, segmentPath, type JournalPosition } from '../journal/segment-files.ts';
import { crashedRecord } from './exchange-row.ts';
import type { Ledger, OpenExchange } from './ledger.ts';

export interface SegmentIngestOptions {
  readonly folder: string;
  /** First segment of this process; older ones are of processes that ended. */
  readonly firstSegment: number;
  /** Hears of damaged files. */
  readonly onSentence: (sentence: string) => void;
  /** Bytes that one step takes. */
  readonly stepBytes?: number;
}

interface Reading {
  bytes: number;
  lines: number;
  /** Numbers of the lines that could not be read. */
  readonly corrupt: number[];
}

/** A line that opens an exchange, as it stands in its segment. */
interface UnsettledLine {
  readonly segment: number;
  readonly text: string;
}

const STEP_BYTES = 1024 * 1024;
const NAMED_LINES = 5;

/**
 * Moves records from the segments to the ledger, oldest first, in steps that are each one transaction. A step that fails changes nothing
 * and can be repeated; everything can be repeated from the start, because the id of a record is the key of its row.
 */
export class SegmentIngest {
  readonly #options: SegmentIngestOptions;
  readonly #readings = new Map<number, Reading>();
  /** Opened and not settled, as far as the segments were read. */
  readonly #open = new Map<string, UnsettledLine>();
  readonly #parked = new Set<string>();
  #position: JournalPosition;
  #removedBytes = 0;
  #isOldDone = false;

  constructor(options: SegmentIngestOptions) {
    this.#options = options;
    this.#position = { segment: options.firstSegment, bytes: 0 };
  }

  get position(): JournalPosition {
    return this.#position;
  }

  get removedBytes(): number {
    return this.#removedBytes;
  }

  /** To be called for each ledger before the first step with it: one that took another's place gets what is still in the segments. */
  async begin(ledger: Ledger): Promise<void> {
    this.#readings.clear();
    this.#parked.clear();
    for (const { segment, record } of await ledger.listParked()) {
      this.#open.set(record.id, { segment, text: openLine(record) });
      this.#parked.add(record.id);
    }
  }

  /** One step; false when everything before `target` is in the ledger. Throws what the ledger throws. */
  step(ledger: Ledger, target: JournalPosition): boolean {
    const [segment] = listSegments(this.#options.folder);
    if (!this.#isOldDone && (segment === undefined || segment >= this.#options.firstSegment)) {
      this.#settleCrashed(ledger);
      return true;
    }
    if (segment === undefined || segment > target.segment) return false;
    const end = segment === target.segment ? target.bytes : segmentBytes(this.#options.folder, segment);
    if (this.#readStep(ledger, segment, end)) return true;
    if (segment === target.segment) return false;
    this.#finish(ledger, segment);
    return true;
  }

  /** After the last step, when nothing writes the last segment any more. */
  finishLast(ledger: Ledger, target: JournalPosition): void {
    if (existsSync(segmentPath(this.#options.folder, target.segment))) this.#finish(ledger, target.segment);
  }

  #readStep(ledger: Ledger, segment: number, end: number): boolean {
    const path = segmentPath(this.#options.folder, segment);
    const reading = this.#reading(segment);
    const { lines, bytes } = readLines(path, reading.bytes, end, this.#options.stepBytes ?? STEP_BYTES);
    if (bytes === 0) return false;
    const corrupt: number[] = [];
    const opened = new Map<string, string>();
    const settled: ExchangeRecord[] = [];
    for (const [index, text] of lines.entries()) {
      // Nearly every open record is settled soon after: it is read only when it is not.
      const openedId = idOfOpenLine(text);
      if (openedId !== null) {
        opened.set(openedId, text);
        continue;
      }
      const line = parseLine(text);
      if (line === null) corrupt.push(reading.lines + index + 1);
      else if ('open' in line) opened.set(line.open.id, text);
      else settled.push(line.settle);
    }
    const unparked = settled.map((record) => record.id).filter((id) => this.#parked.has(id));
    ledger.settle(settled, unparked);
    for (const [id, text] of opened) this.#open.set(id, { segment, text });
    for (const record of settled) this.#open.delete(record.id);
    for (const id of unparked) this.#parked.delete(id);
    reading.corrupt.push(...corrupt);
    reading.lines += lines.length;
    reading.bytes += bytes;
    if (segment >= this.#options.firstSegment) this.#position = { segment, bytes: reading.bytes };
    return true;
  }

  /** Lets a segment go that was read to its end; what could not be read of it is kept aside. */
  #finish(ledger: Ledger, segment: number): void {
    const unsettled = [...this.#open].filter(([id, line]) => line.segment <= segment && !this.#parked.has(id));
    const toPark = unsettled.map(([, line]) => readUnsettled(line)).filter((exchange) => exchange !== null);
    if (toPark.length > 0) ledger.park(toPark);
    for (const exchange of toPark) this.#parked.add(exchange.record.id);

    const path = segmentPath(this.#options.folder, segment);
    const { bytes, lines, corrupt } = this.#reading(segment);
    const size = segmentBytes(this.#options.folder, segment);
    if (corrupt.length > 0) {
      renameSync(path, `${path}.corrupt`);
      const named = corrupt.slice(0, NAMED_LINES).join(', ') + (corrupt.length > NAMED_LINES ? ' and others' : '');
      this.#options.onSentence(
        `${path} has lines that are no records (line ${named}). Its other records are in the ledger; the file is kept as ${path}.corrupt.`,
      );
    } else if (size > bytes) {
      renameSync(path, `${path}.torn`);
      this.#options.onSentence(`Line ${lines + 1} of ${path} was cut off when an earlier process ended abruptly. The file is kept as ${path}.torn.`);
    } else {
      unlinkSync(path);
    }
    this.#readings.delete(segment);
    this.#removedBytes += size;
    if (segment >= this.#position.segment) this.#position = { segment: segment + 1, bytes: 0 };
  }

  #settleCrashed(ledger: Ledger): void {
    const unsettled = [...this.#open].filter(([, line]) => line.segment < this.#options.firstSegment);
    const crashed = unsettled.map(([, line]) => readUnsettled(line)?.record).filter((record) => record !== undefined);
    const ids = unsettled.map(([id]) => id);
    ledger.settle(crashed.map(crashedRecord), ids);
    for (const id of ids) {
      this.#open.delete(id);
      this.#parked.delete(id);
    }
    this.#isOldDone = true;
    if (crashed.length > 0) {
      this.#options.onSentence(
        `${crashed.length} exchanges were under way when an earlier process ended abruptly; they are in the ledger as crashed, at their reserve.`,
      );
    }
  }

  #reading(segment: number): Reading {
    const known = this.#readings.get(segment);
    if (known !== undefined) return known;
    const fresh: Reading = { bytes: 0, lines: 0, corrupt: [] };
    this.#readings.set(segment, fresh);
    return fresh;
  }
}

const OPEN_LINE = '{"open":{"id":"';

/** The id of a line that the journal wrote to open an exchange, without reading the rest of it; null when the line does not look like one. */
function idOfOpenLine(text: string): string | null {
  if (!text.startsWith(OPEN_LINE) || !text.endsWith('}}')) return null;
  const end = text.indexOf('"', OPEN_LINE.length);
  const id = text.slice(OPEN_LINE.length, end);
  return id === '' || id.includes('\\') ? null : id;
}

function openLine(record: OpenRecord): string {
  return `{"open":${JSON.stringify(record)}}`;
}

/** What the line says; null when it says nothing that can be settled. */
function readUnsettled({ segment, text }: UnsettledLine): OpenExchange | null {
  const line = parseLine(text);
  return line !== null && 'open' in line ? { segment, record: line.open } : null;
}
