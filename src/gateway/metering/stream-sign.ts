import { PROTOCOL_NAMES, type ProtocolName } from '../../domain/protocol.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { StreamSigns } from '../../protocols/wire-protocol.ts';

const QUOTE = 0x22;

/** A sign as it is looked for. Quotes are everywhere in JSON: without its first one a sign is found several times faster. */
export interface StreamSign {
  /** The sign without its first quote. */
  readonly bare: string;
  /** The quote has to stand before it. */
  readonly isQuoted: boolean;
}

/** A protocol's signs, ready to be looked for. */
export interface PreparedSigns {
  readonly text: readonly StreamSign[];
  readonly usage: StreamSign;
  readonly terminal: readonly StreamSign[];
  readonly last: readonly StreamSign[];
  readonly error: StreamSign;
  readonly sequence: string | undefined;
}

function prepareSigns(signs: StreamSigns): PreparedSigns {
  return {
    text: signs.text.map(signOf),
    usage: signOf(signs.usage),
    terminal: signs.terminal.map(signOf),
    last: signs.lastEvents.map((type) => signOf(`"${type}"`)),
    error: signOf(signs.error),
    sequence: signs.sequence,
  };
}

function signOf(sign: string): StreamSign {
  const isQuoted = sign.startsWith('"');
  return { bare: isQuoted ? sign.slice(1) : sign, isQuoted };
}

/** The signs of each protocol's streams. */
export const SIGNS = Object.fromEntries(PROTOCOL_NAMES.map((name) => [name, prepareSigns(PROTOCOLS[name].stream)])) as Readonly<
  Record<ProtocolName, PreparedSigns>
>;

/** Place behind the next such sign, -1 when there is none. */
export function endOfSign(text: string, { bare, isQuoted }: StreamSign, from = 0): number {
  for (let at = text.indexOf(bare, from); at !== -1; at = text.indexOf(bare, at + 1)) {
    if (!isQuoted || text.charCodeAt(at - 1) === QUOTE) return at + bare.length;
  }
  return -1;
}

export function holdsAnySign(text: string, signs: readonly StreamSign[]): boolean {
  for (const sign of signs) if (endOfSign(text, sign) !== -1) return true;
  return false;
}
