/** Frames of one stream, numbered from 0 without a gap. */
export class EventFrames {
  #next = 0;

  /** `members`: what follows type and number, as JSON text without braces. */
  write(type: string, members: string): string {
    const sequence = this.#next;
    this.#next += 1;
    return `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequence},${members}}\n\n`;
  }

  /** Takes a number for a frame that is written elsewhere. */
  takeSequence(): number {
    this.#next += 1;
    return this.#next - 1;
  }
}
