import { existsSync, renameSync, unlinkSync } from 'node:fs';
import type { OpenRecord } from '../../domain/exchange-record.ts';
import { parseLine } from '../journal/parse-line.ts';
import { eachLine, readLines, type Lines } from '../journal/read-lines.ts';
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

/** What a piece of a segment held. */
interface ReadLines {
  readonly lines: number;
  /** Numbers of the lines that could not be read, from 1. */
  readonly corrupt: readonly number[];
  readonly opened: ReadonlyMap<string, string>;
  readonly settled: readonly string[];
  readonly unparked: readonly string[];
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
  async begin(ledger: Ledger, nowMs: number): Promise<void> {
    this.#readings.clear();
    this.#parked.clear();
    for (const { segment, record } of await ledger.listParked(nowMs)) {
      this.#open.set(record.id, { segment, text: openLine(record) });
      this.#parked.add(record.id);
    }
  }

  /** One step; false when everything before `target` is in the ledger. Throws what the ledger throws. */
  async step(ledger: Ledger, target: JournalPosition): Promise<boolean> {
    const [segment] = listSegments(this.#options.folder);
    if (!this.#isOldDone && (segment === undefined || segment >= this.#options.firstSegment)) {
      await this.#settleCrashed(ledger);
      return true;
    }
    if (segment === undefined || segment > target.segment) return false;
    const end = segment === target.segment ? target.bytes : segmentBytes(this.#options.folder, segment);
    if (await this.#readStep(ledger, segment, end)) return true;
    if (segment === target.segment) return false;
    await this.#finish(ledger, segment);
    return true;
  }

  /** After the last step, when nothing writes the last segment any more. */
  async finishLast(ledger: Ledger, target: JournalPosition): Promise<void> {
    if (existsSync(segmentPath(this.#options.folder, target.segment))) await this.#finish(ledger, target.segment);
  }

  async #readStep(ledger: Ledger, segment: number, end: number): Promise<boolean> {
    const path = segmentPath(this.#options.folder, segment);
    const reading = this.#reading(segment);
    const lines = readLines(path, reading.bytes, end, this.#options.stepBytes ?? STEP_BYTES);
    if (lines.length === 0) return false;
    const read = await this.#ingest(ledger, lines);
    for (const [id, text] of read.opened) this.#open.set(id, { segment, text });
    for (const id of read.settled) this.#open.delete(id);
    for (const id of read.unparked) this.#parked.delete(id);
    reading.corrupt.push(...read.corrupt.map((line) => reading.lines + line));
    reading.lines += read.lines;
    reading.bytes += lines.length;
    if (segment >= this.#options.firstSegment) this.#position = { segment, bytes: reading.bytes };
    return true;
  }

  /** One transaction for a piece of a segment. Records are read one by one as they are written, so that each is garbage before the next. */
  async #ingest(ledger: Ledger, lines: Lines): Promise<ReadLines> {
    const ranges = new Map<string, readonly [number, number]>();
    const read = { lines: 0, corrupt: [] as number[], settled: [] as string[], unparked: [] as string[], opened: new Map<string, string>() };
    await ledger.settleEach((insert) => {
      eachLine(lines, (start, end) => {
        read.lines += 1;
        // Nearly every open record is settled soon after: it is read only when it is not.
        const openedId = idOfOpenLine(lines, start, end);
        if (openedId !== null) return void ranges.set(openedId, [start, end]);
        const line = parseLine(lines.toString('utf8', start, end));
        if (line === null) return void read.corrupt.push(read.lines);
        if ('open' in line) return void ranges.set(line.open.id, [start, end]);
        insert(line.settle);
        read.settled.push(line.settle.id);
        ranges.delete(line.settle.id);
        if (this.#parked.has(line.settle.id)) read.unparked.push(line.settle.id);
      });
      return read.unparked;
    });
    for (const [id, [start, end]] of ranges) read.opened.set(id, lines.toString('utf8', start, end));
    return read;
  }

  /** Lets a segment go that was read to its end; what could not be read of it is kept aside. */
  async #finish(ledger: Ledger, segment: number): Promise<void> {
    const unsettled = [...this.#open].filter(([id, line]) => line.segment <= segment && !this.#parked.has(id));
    const toPark = unsettled.map(([, line]) => readUnsettled(line)).filter((exchange) => exchange !== null);
    if (toPark.length > 0) await ledger.park(toPark);
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

  async #settleCrashed(ledger: Ledger): Promise<void> {
    const unsettled = [...this.#open].filter(([, line]) => line.segment < this.#options.firstSegment);
    const crashed = unsettled.map(([, line]) => readUnsettled(line)?.record).filter((record) => record !== undefined);
    const ids = unsettled.map(([id]) => id);
    await ledger.settleEach((insert) => {
      for (const record of crashed) insert(crashedRecord(record));
      return ids;
    });
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

const OPEN_LINE = Buffer.from('{"open":{"id":"');
const CLOSING_BRACE = 0x7d;
const QUOTE = 0x22;

/** The id of a line that the journal wrote to open an exchange, without reading the rest of it; null when the line does not look like one. */
function idOfOpenLine(lines: Lines, start: number, end: number): string | null {
  const from = start + OPEN_LINE.length;
  const isOpenLine = end - start > OPEN_LINE.length + 2 && lines.compare(OPEN_LINE, 0, OPEN_LINE.length, start, from) === 0;
  if (!isOpenLine || lines[end - 1] !== CLOSING_BRACE || lines[end - 2] !== CLOSING_BRACE) return null;
  const quote = lines.indexOf(QUOTE, from);
  const id = lines.toString('latin1', from, quote);
  return quote === -1 || quote >= end || id === '' || id.includes('\\') ? null : id;
}

function openLine(record: OpenRecord): string {
  return `{"open":${JSON.stringify(record)}}`;
}

/** What the line says; null when it says nothing that can be settled. */
function readUnsettled({ segment, text }: UnsettledLine): OpenExchange | null {
  const line = parseLine(text);
  return line !== null && 'open' in line ? { segment, record: line.open } : null;
}
