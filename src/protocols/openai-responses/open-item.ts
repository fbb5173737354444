import type { EventFrames } from './event-frames.ts';

/** What begins and ends every output item of a stream. */
export interface ItemPlace {
  readonly id: string;
  /** Place in the output. */
  readonly index: number;
}

export function itemAdded(frames: EventFrames, { index }: ItemPlace, json: string): string {
  return frames.write('response.output_item.added', `"output_index":${index},"item":${json}`);
}

export function itemDone(frames: EventFrames, { index }: ItemPlace, json: string): string {
  return frames.write('response.output_item.done', `"output_index":${index},"item":${json}`);
}

/** Members that say to which item an event belongs. */
export function placeMembers({ id, index }: ItemPlace): string {
  return `"item_id":${JSON.stringify(id)},"output_index":${index}`;
}
