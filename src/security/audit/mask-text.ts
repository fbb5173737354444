import type { Redactor } from '../redactor.ts';

export const MASK = '[secret]';

const LONGEST = 1000;
/** Shapes that are secret wherever they stand and that are not the redactor's: sealed values, hashes, tokens, keys of clouds, private keys. */
const SHAPES: readonly RegExp[] = [
  /(?:sealed|datakey|keycheck):v1:[\w:-]+/gu,
  /\$argon2id?\$[^\s"']+/gu,
  /sha256:[0-9a-f]{64}/gu,
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/gu,
  /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}/gu,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/gu,
];
/** Small and capital letters and digits in one long word: nothing that a person chose as a name. */
const RANDOM_WORD = /(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{24,}/gu;
/** In a header also keys of hex digits or of one case. */
const HEADER_WORD = /(?<![\w+/.=-])(?=[\w+/.=-]*[A-Za-z])(?=[\w+/.=-]*\d)[\w+/.=-]{16,}/gu;

/** A text for the audit log: known secrets and whatever looks like one taken out, and cut. */
export function maskText(text: string, isInHeader: boolean, redactor: Redactor): string {
  let masked = redactor.redact(text);
  for (const shape of [...SHAPES, RANDOM_WORD]) masked = masked.replace(shape, MASK);
  if (isInHeader) masked = masked.replace(HEADER_WORD, MASK);
  return masked.length <= LONGEST ? masked : `${masked.slice(0, LONGEST)}… (${masked.length} characters)`;
}
