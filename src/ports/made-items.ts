import type { VirtualKeyId } from '../domain/ids.ts';

/**
 * Output items of answers that the gateway itself wrote in OpenAI's Responses form, by their ids. Clients that believe their answer to be
 * stored name such an item instead of repeating it; no provider knows it, so it is put back. Each caller sees its own items only.
 * Bounded in bytes: the oldest are forgotten first.
 */
export interface MadeItems {
  /** `item`: its JSON. */
  remember(caller: VirtualKeyId | null, id: string, item: string): void;
  /** Null: never made for this caller, or forgotten. */
  find(caller: VirtualKeyId | null, id: string): string | null;
}
