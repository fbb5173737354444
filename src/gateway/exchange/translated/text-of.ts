import type { TextTranslation } from '../../../protocols/translation.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';

/** How this protocol's text is translated. It is only asked of protocols that routing chose for it. */
export function textOf(protocol: WireProtocol): TextTranslation {
  if (protocol.text === undefined) throw new Error(`${protocol.name} generates no text`);
  return protocol.text;
}
