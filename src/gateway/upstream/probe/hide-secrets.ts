import { Redactor } from '../../../security/redactor.ts';

const HIDDEN = '[redacted]';
/** As short as a secret may be to be looked for. */
const PIECE = 8;

/** What an upstream says, fit to be shown: without the secrets that were sent, whole, in other spellings or in pieces of 8 characters. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const redactor = new Redactor();
  redactor.setSecrets(secrets);
  return withoutPieces(withoutShort(redactor.redact(text), secrets), secrets);
}

/** Too short to have pieces: the whole of it is looked for. */
function withoutShort(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length > 0 && secret.length < PIECE).reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}

function withoutPieces(text: string, secrets: readonly string[]): string {
  const pieces = new Set(secrets.flatMap(piecesOf));
  let shown = '';
  let shownTo = 0;
  let hiddenTo = 0;
  for (let at = 0; at + PIECE <= text.length; at += 1) {
    if (!pieces.has(text.slice(at, at + PIECE))) continue;
    if (at >= hiddenTo) shown += text.slice(shownTo, at) + HIDDEN;
    hiddenTo = at + PIECE;
    shownTo = hiddenTo;
  }
  return shown + text.slice(shownTo);
}

function piecesOf(secret: string): readonly string[] {
  return Array.from({ length: Math.max(0, secret.length - PIECE + 1) }, (_, at) => secret.slice(at, at + PIECE));
}
